//! State files: what can be read is written so that it reads the same again.
#![no_main]

use kiban::state::file::{parse_stored, write};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(Some(state)) = parse_stored(bytes) {
        let written = write(&state);
        let again = parse_stored(&written).expect("what was written can be read").expect("a state");
        assert_eq!(write(&again), written);
    }
});
