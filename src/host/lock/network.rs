//! File systems on which another machine may not see a lock: flock(2) is local there, or is so by an option of the
//! mount, or depends on the server.

use std::fs::File;

/// The numbers of statfs(2) and linux/magic.h, by the names that mount(8) knows.
const NETWORKS: [(u64, &str); 11] = [
    (0x6969, "nfs"),
    (0x517b, "smb"),
    (0xfe53_4d42, "smb"),
    (0xff53_4d42, "cifs"),
    (0x6573_5546, "fuse"),
    (0x0102_1997, "9p"),
    (0x00c3_6400, "ceph"),
    (0x5346_414f, "afs"),
    (0x6b41_4653, "afs"),
    (0x0bd0_0bd0, "lustre"),
    (0x7375_7245, "coda"),
];

/// The network file system that a file is on.
pub(crate) fn of(file: &File) -> Option<&'static str> {
    // The field has another width and sign on other machines; the numbers have 32 bits.
    rustix::fs::fstatfs(file).ok().and_then(|found| name_of(found.f_type as u64 & 0xffff_ffff))
}

fn name_of(magic: u64) -> Option<&'static str> {
    NETWORKS.iter().find(|(number, _)| *number == magic).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_known_and_local_ones_are_none() {
        assert_eq!(of(&File::open("/proc/self/stat").unwrap()), None);
        assert_eq!((name_of(0x6969), name_of(0xff53_4d42), name_of(0xef53)), (Some("nfs"), Some("cifs"), None));
    }
}
