//! A whole root module: read, checked as `validate` does, and its errors shown.
#![no_main]

use std::cell::OnceCell;
use std::sync::Arc;

use kiban::apply::Cancel;
use kiban::cli::render::{Palette, diagnostics};
use kiban::ops::{Session, clock, validate};
use kiban::provider::mock::{MockPlugin, Store};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static FOLDER: OnceCell<tempfile::TempDir> = const { OnceCell::new() };
}

fuzz_target!(|text: &str| {
    FOLDER.with(|folder| {
        let folder = folder.get_or_init(|| tempfile::tempdir().expect("a folder"));
        // The first byte chooses the file: native syntax, JSON, or values of variables.
        let (name, text) = match text.as_bytes().first() {
            Some(b'~') => ("main.tf.json", &text[1..]),
            Some(b'^') => ("terraform.tfvars", &text[1..]),
            _ => ("main.tf", text),
        };
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        let session = Session {
            dir: folder.path().to_owned(),
            original_dir: folder.path().to_owned(),
            environment: [].into(),
            plugins: vec![Arc::new(MockPlugin::new(Store::new()))],
            clock: Arc::new(clock::RealClock::default()),
            now: || "2025-01-02T03:04:05Z".into(),
            cancel: Cancel::default(),
            tell: |_| {},
        };
        let (found, sources) = match validate(&session) {
            Ok(valid) => (valid.diagnostics, valid.sources),
            Err(failure) => (failure.diagnostics, failure.sources),
        };
        diagnostics::render(&found, &sources, Palette::PLAIN);
        std::fs::remove_file(path).expect("removed");
    });
});
