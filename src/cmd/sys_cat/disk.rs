//! How much room there is on each local file system.
//!
//! Decision: those on a device of this machine, each once, by its shortest mount point, and the root whatever it is. Not
//! those of the network: to ask one whose server is gone can wait for ever.

use super::fields::Fields;
use std::collections::BTreeMap;
use std::fs::{metadata, read_to_string};

/// File systems that are full by their nature, and those that are of the network.
const PASSED: [&str; 10] = ["squashfs", "iso9660", "erofs", "udf", "nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"];

pub(super) fn read() -> Vec<Fields> {
    let mountinfo = read_to_string("/proc/self/mountinfo").unwrap_or_default();
    mounts(&mountinfo).iter().filter_map(|path| space(path)).collect()
}

fn space(path: &str) -> Option<Fields> {
    // Where an image mounts single files.
    if !metadata(path).is_ok_and(|found| found.is_dir()) {
        return None;
    }
    let found = fs2::statvfs(path).ok().filter(|found| found.total_space() > 0)?;
    let mut fields = Fields::default();
    fields.text("disk", path);
    fields.number("disk_total", Some(found.total_space()));
    // What is kept for root is not free to a station.
    fields.number("disk_free", Some(found.available_space()));
    // Some file systems make them as they need them. fs2 knows none.
    let found = rustix::fs::statvfs(path).ok().filter(|found| found.f_files > 0);
    let found = found.as_ref();
    fields.number("inodes_total", found.map(|found| found.f_files));
    fields.number("inodes_free", found.map(|found| found.f_ffree));
    Some(fields)
}

/// The mount points to ask, in order (proc_pid_mountinfo(5)).
fn mounts(mountinfo: &str) -> Vec<String> {
    let mut by_device: BTreeMap<&str, String> = BTreeMap::new();
    for line in mountinfo.lines() {
        let Some((mount, system)) = line.split_once(" - ") else { continue };
        let mount: Vec<&str> = mount.split(' ').collect();
        let mut system = system.split(' ');
        let (Some(device), Some(point)) = (mount.get(2), mount.get(4)) else { continue };
        let (kind, source) = (system.next().unwrap_or(""), system.next().unwrap_or(""));
        let local = source.starts_with("/dev/") || kind == "zfs" || *point == "/";
        if !local || PASSED.contains(&kind) {
            continue;
        }
        let point = unescaped(point);
        match by_device.get(device) {
            Some(shorter) if shorter.len() <= point.len() => {}
            _ => {
                by_device.insert(device, point);
            }
        }
    }
    let mut points: Vec<String> = by_device.into_values().collect();
    points.sort();
    points.dedup();
    points
}

/// Blanks and the like are spelled as octal numbers there: `\040`.
fn unescaped(text: &str) -> String {
    let mut parts = text.split('\\');
    let mut whole = parts.next().unwrap_or("").to_owned();
    for part in parts {
        let code = part.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match code.filter(u8::is_ascii) {
            Some(code) => {
                whole.push(char::from(code));
                whole.push_str(&part[3..]);
            }
            None => {
                whole.push('\\');
                whole.push_str(part);
            }
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_local_file_system_once() {
        let text = "\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
28 27 0:25 / /run rw - tmpfs tmpfs rw
29 27 254:0 /etc/hosts /etc/hosts rw shared:1 master:2 - ext4 /dev/vda rw
30 27 8:1 / /data\\040of\\040mine rw - xfs /dev/sda1 rw
31 27 8:1 /x /mnt/a/b/c/d/e/f/g rw - xfs /dev/sda1 rw
32 27 7:0 / /snap/core/1 ro - squashfs /dev/loop0 ro
33 27 0:40 / /far rw - nfs4 server:/export rw
34 27 0:41 / /tank rw - zfs tank rw
torn line
35 27 - ";
        assert_eq!(mounts(text), ["/", "/data of mine", "/tank"]);
        assert_eq!(mounts("27 1 0:30 / / rw - overlay overlay rw"), ["/"]);
        assert_eq!(unescaped("a\\\\b\\134\\9"), "a\\\\b\\\\9");
    }
}
