//! Gzip, byte for byte as `base64gzip` must give it: other bytes of the same text would be a change to plan.
//!
//! The format is that of RFC 1951 and RFC 1952; which of many ways to write it is taken is what this folder is about.

mod bits;
mod block;
mod huffman;
mod search;

use bits::Bits;

/// No name and no time, default compression, of an unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// Packs bytes.
pub(super) fn pack(data: &[u8]) -> Vec<u8> {
    let mut bits = Bits::new(HEADER.to_vec());
    search::tokens(data, &mut |tokens, source| block::write(tokens, source, &mut bits));
    // All of it is flushed before it is ended: two blocks with nothing in them.
    block::write_stored(&[], false, &mut bits);
    block::write_stored(&[], true, &mut bits);
    let mut packed = bits.finish();
    let mut sum = flate2::Crc::new();
    sum.update(data);
    packed.extend(sum.sum().to_le_bytes());
    packed.extend((data.len() as u32).to_le_bytes());
    packed
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use proptest::prelude::*;

    use super::pack;

    fn unpack(packed: &[u8]) -> Vec<u8> {
        let mut data = Vec::new();
        flate2::read::GzDecoder::new(packed).read_to_end(&mut data).expect("gzip");
        data
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_packed_can_be_unpacked(
            words in prop::collection::vec("[a-c]{1,3}|[ -~]{0,9}|é", 0..3000), times in 1..9usize
        ) {
            let data = words.concat().repeat(times).into_bytes();
            prop_assert_eq!(unpack(&pack(&data)), data);
        }
    }

    #[test]
    fn more_than_the_window_can_be_unpacked() {
        let data: Vec<u8> = (0..400_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 20 & 0x3f) as u8).collect();
        assert_eq!(unpack(&pack(&data)), data);
        let zeros = vec![0; 200_000];
        assert_eq!(unpack(&pack(&zeros)), zeros);
    }
}
