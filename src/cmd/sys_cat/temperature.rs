//! Temperatures: what the kernel's drivers give under hwmon (Documentation/hwmon/sysfs-interface), or, where there is
//! none of it, the thermal zones. Both count in thousandths of a degree.

use super::fields::Fields;
use std::collections::BTreeSet;
use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};

/// A broken sensor tells this or that; no part of a machine that works is beyond.
const SENSIBLE: std::ops::Range<i64> = -100_000..1_000_000;

pub(super) fn read() -> Vec<Fields> {
    of(Path::new("/sys/class"))
}

fn of(class: &Path) -> Vec<Fields> {
    let mut names = BTreeSet::new();
    let mut records = Vec::new();
    for chip in entries(&class.join("hwmon")) {
        let name = text(&chip.join("name")).unwrap_or_else(|| file_name(&chip));
        for input in entries(&chip) {
            let file = file_name(&input);
            let Some(sensor) = file.strip_suffix("_input").filter(|sensor| sensor.starts_with("temp")) else {
                continue;
            };
            let label = text(&chip.join(format!("{sensor}_label"))).unwrap_or_else(|| sensor.to_owned());
            let mut whole = format!("{name}/{label}");
            if names.contains(&whole) {
                // Of two disks of one kind the device's name tells which.
                let device = chip.join("device").canonicalize().map(|path| file_name(&path));
                whole = format!("{whole}@{}", device.unwrap_or_else(|_| file_name(&chip)));
            }
            records.extend(record(&whole, &input));
            names.insert(whole);
        }
    }
    if records.is_empty() {
        for zone in entries(&class.join("thermal")).iter().filter(|path| file_name(path).starts_with("thermal_zone")) {
            let name = text(&zone.join("type")).unwrap_or_default();
            let number = file_name(zone).replace("thermal_zone", "zone");
            records.extend(record(&format!("{name}/{number}"), &zone.join("temp")));
        }
    }
    records
}

fn record(sensor: &str, file: &Path) -> Option<Fields> {
    let degrees: i64 = text(file)?.parse().ok()?;
    let mut fields = Fields::default();
    fields.text("sensor", sensor);
    fields.number("temperature", SENSIBLE.contains(&degrees).then_some(degrees as f64 / 1000.0));
    (fields.0.len() > 1).then_some(fields)
}

/// In order, so that the same name goes to the same sensor each time.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        read_dir(folder).map(|found| found.flatten().map(|entry| entry.path()).collect()).unwrap_or_default();
    paths.sort();
    paths
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn text(path: &Path) -> Option<String> {
    let text = read_to_string(path).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn sensors_have_names_of_their_own() {
        let work = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = work.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put("thermal/thermal_zone0/type", "acpitz\n");
        put("thermal/thermal_zone0/temp", "27800\n");
        put("thermal/cooling_device0/type", "Fan\n");
        let told = |work: &Path| {
            let told = |fields: &Fields| format!("{}={}", fields.name().unwrap(), fields.get("temperature").unwrap());
            of(work).iter().map(told).collect::<Vec<_>>()
        };
        assert_eq!(told(work.path()), ["acpitz/zone0=27.8"]);
        put("hwmon/hwmon0/name", "nvme\n");
        put("hwmon/hwmon0/temp1_input", "41850\n");
        put("hwmon/hwmon0/temp1_label", "Composite\n");
        put("hwmon/hwmon1/name", "nvme\n");
        put("hwmon/hwmon1/temp1_input", "-3000\n");
        put("hwmon/hwmon1/temp1_label", "Composite\n");
        put("hwmon/hwmon1/temp2_input", "broken\n");
        put("hwmon/hwmon1/temp3_input", "-273150\n");
        put("hwmon/hwmon1/in0_input", "1\n");
        put("hwmon/hwmon2/temp1_input", "50000\n");
        assert_eq!(told(work.path()), ["nvme/Composite=41.85", "nvme/Composite@hwmon1=-3", "hwmon2/temp1=50"]);
        assert_eq!(told(Path::new("/nowhere")), Vec::<String>::new());
    }
}
