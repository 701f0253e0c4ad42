//! Bits behind one another, the lowest first.

pub(super) struct Bits {
    bytes: Vec<u8>,
    pending: u64,
    count: u32,
}

impl Bits {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, pending: 0, count: 0 }
    }

    pub(super) fn put(&mut self, value: u32, width: u32) {
        self.pending |= u64::from(value) << self.count;
        self.count += width;
        while self.count >= 8 {
            self.bytes.push(self.pending as u8);
            self.pending >>= 8;
            self.count -= 8;
        }
    }

    /// Fills the byte that was begun.
    pub(super) fn align(&mut self) {
        if self.count > 0 {
            self.put(0, 8 - self.count);
        }
    }

    pub(super) fn put_bytes(&mut self, bytes: &[u8]) {
        self.align();
        self.bytes.extend(bytes);
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.align();
        self.bytes
    }
}
