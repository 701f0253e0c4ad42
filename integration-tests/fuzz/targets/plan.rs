//! Saved plans and the journal beside a state: files that may be cut, garbled or forged.
#![no_main]

use std::cell::OnceCell;

use kiban::ops::{Args, read_plan_file};
use kiban::state::journal;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static FOLDER: OnceCell<tempfile::TempDir> = const { OnceCell::new() };
}

fuzz_target!(|bytes: &[u8]| {
    FOLDER.with(|folder| {
        let path = folder.get_or_init(|| tempfile::tempdir().expect("a folder")).path().join("input");
        std::fs::write(&path, bytes).expect("written");
        if let Ok(plan) = read_plan_file(&path) {
            let _ = plan.args(&Args::default());
        }
        let _ = journal::read(&path);
    });
});
