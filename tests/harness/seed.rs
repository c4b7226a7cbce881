//! Chance that can be had again. All random numbers of a run of the tests come from one seed: `KYMO_SEED`, or another one
//! each time. What a test draws depends on the seed and on its name alone, and each test that draws prints the seed: where it
//! fails, `KYMO_SEED=N cargo test NAME` draws the same once more.

use rustix::net::{AddressFamily, SocketType, bind, getsockname, socket};
use std::cell::Cell;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::os::fd::OwnedFd;
use std::sync::OnceLock;

/// The seed of this process.
fn seed() -> u64 {
    static SEED: OnceLock<u64> = OnceLock::new();
    *SEED.get_or_init(|| match std::env::var("KYMO_SEED") {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("KYMO_SEED is no number: {text}")),
        Err(_) => now(),
    })
}

fn now() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    now.as_nanos() as u64
}

/// Random numbers (SplitMix64, Steele et al. 2014).
pub(crate) struct Random(u64);

/// The numbers of this test; a second call in it gives others.
pub(crate) fn random() -> Random {
    thread_local! { static CALLS: Cell<u64> = const { Cell::new(0) } }
    let call = CALLS.get();
    CALLS.set(call + 1);
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    if call == 0 {
        report(&name);
    }
    // FNV-1a of the name.
    let of_test = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    Random(Random(seed() ^ of_test).next().wrapping_add(call))
}

#[expect(clippy::print_stderr, reason = "shown where the test fails")]
fn report(test: &str) {
    eprintln!("{test}: KYMO_SEED={}", seed());
}

impl Random {
    /// From 0 up to, without, `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// The settings of proptest for a test of this many cases: its seed is ours.
pub(crate) fn proptest(cases: u32) -> ::proptest::test_runner::Config {
    ::proptest::test_runner::Config {
        cases,
        failure_persistence: None,
        rng_seed: ::proptest::test_runner::RngSeed::Fixed(random().next()),
        ..Default::default()
    }
}

/// A port that nobody listens at, outside of what the system gives to those who connect: who connects to a port of those
/// that nobody listens at can meet himself. Not of the seed: two runs with the same seed do not meet.
pub(crate) fn free_port() -> u16 {
    let mut random = Random(now() ^ u64::from(std::process::id()));
    loop {
        let port = 20_000 + random.below(12_000) as u16;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A port of a loopback address that nobody listens at: who connects is refused. It is held, so that no other test gets it.
pub(crate) struct Refusing {
    pub(crate) port: u16,
    _held: OwnedFd,
}

pub(crate) fn refusing() -> Refusing {
    let held = socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
    bind(&held, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = SocketAddrV4::try_from(getsockname(&held).expect("an address")).expect("an IPv4 address");
    Refusing { port: address.port(), _held: held }
}

#[test]
fn a_test_draws_the_same_numbers_from_the_same_seed() {
    let draw = || (random().below(1 << 60), random().below(1 << 60));
    let again = |name: &str| {
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(draw);
        thread.expect("a thread").join().expect("numbers")
    };
    let (first, second) = again("one");
    assert!(first != second);
    assert_eq!(again("one"), (first, second));
    assert_ne!(again("two"), (first, second));
}

/// So does proptest.
#[test]
fn proptest_draws_the_same_cases_from_the_same_seed() {
    let draw = || {
        let mut drawn = Vec::new();
        let mut runner = ::proptest::test_runner::TestRunner::new(proptest(8));
        let strategy = ::proptest::prelude::any::<u64>();
        for _ in 0..8 {
            drawn.push(::proptest::strategy::Strategy::new_tree(&strategy, &mut runner).expect("a number"));
        }
        drawn.iter().map(::proptest::strategy::ValueTree::current).collect::<Vec<_>>()
    };
    let again = |name: &str| {
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(draw);
        thread.expect("a thread").join().expect("numbers")
    };
    assert_eq!(again("one"), again("one"));
    assert_ne!(again("one"), again("two"));
}
