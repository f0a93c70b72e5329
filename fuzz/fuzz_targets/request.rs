//! See [`connector_fuzz::request`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| connector_fuzz::request(data));
