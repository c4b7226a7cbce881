//! `doc/map.md`: its blocks run as they stand there.

use crate::harness::{Work, repository};

#[test]
fn the_blocks_of_the_page_run() {
    let page = std::fs::read_to_string(repository().join("doc/map.md")).expect("a page");
    let mut tried = 0;
    for block in page.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        for run in block.split("$ ").skip(1) {
            let (command, wanted) = run.split_once('\n').expect("a command and what comes out");
            let ended = Work::new().shell(&format!("{command} 2>&1")).end();
            ended.assert(ended.stdout() == wanted, wanted);
            tried += 1;
        }
    }
    assert!(tried > 10, "{tried} commands");
}
