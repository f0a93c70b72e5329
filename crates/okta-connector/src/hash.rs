//! A hash that is the same in every process and stays the same between versions of the compiler, since a page
//! token may outlive a deployment.

/// A hash by FNV-1a over 64 bits.
#[derive(Clone, Debug)]
pub(crate) struct Fnv(u64);

impl Fnv {
    /// Makes the hash of nothing.
    pub(crate) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Adds bytes.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// Adds a text and its end, so that two texts cannot run into each other.
    pub(crate) fn part(&mut self, text: &str) {
        self.update(text.as_bytes());
        // No text holds this byte.
        self.update(&[0xff]);
    }

    /// Returns the hash of all that was added.
    pub(crate) fn value(&self) -> u64 {
        self.0
    }
}

/// Hashes a text.
pub(crate) fn hash(text: &str) -> u64 {
    let mut hash = Fnv::new();
    hash.update(text.as_bytes());
    hash.value()
}
