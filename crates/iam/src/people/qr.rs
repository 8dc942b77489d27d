//! A seed as a picture that authenticator apps scan.

use super::devices::MfaArn;
use crypto::{Crc, CrcKind};
use qrcode::{Color, QrCode};
use types::{Failure, Result, Secret};
use zeroize::Zeroizing;

/// Pixels of a module, and light modules around the code (ISO/IEC 18004 asks for four).
const SCALE: usize = 4;
const QUIET: usize = 4;
/// The largest block that deflate stores as it is.
const STORED: usize = 65_535;
/// Bytes of an image, or of a stream, besides what is in it.
const ROOM: usize = 128;

/// A PNG image of the QR code for `otpauth://totp/…`, the form that authenticator apps read.
pub(super) fn image(serial: &MfaArn, seed: &Secret<String>) -> Result<Secret<Vec<u8>>> {
    let MfaArn { account, name } = serial;
    let uri = Secret::new(format!("otpauth://totp/Bailee:{name}%40{account}?secret={}&issuer=Bailee", seed.expose()));
    let code = QrCode::new(uri.expose().as_bytes()).map_err(Failure::internal)?;
    Ok(Secret::new(png(&code)?))
}

/// One bit a pixel, not compressed: a few KiB, and nothing that could go wrong.
fn png(code: &QrCode) -> Result<Vec<u8>> {
    let side = (code.width() + 2 * QUIET) * SCALE;
    let width = u32::try_from(side).map_err(Failure::internal)?;
    let mut header = [width.to_be_bytes(), width.to_be_bytes()].concat();
    // One bit of grey; the only methods there are; not interlaced.
    header.extend_from_slice(&[1, 0, 0, 0, 0]);
    // Each step is a copy of the seed: all are wiped, and have room from the start, so that growing leaves none behind.
    let stored = stored(&rows(code, side))?;
    let mut png = Vec::with_capacity(stored.len() + ROOM);
    png.extend_from_slice(b"\x89PNG\r\n\x1a\n");
    chunk(&mut png, b"IHDR", &header)?;
    chunk(&mut png, b"IDAT", &stored)?;
    chunk(&mut png, b"IEND", b"")?;
    Ok(png)
}

/// The lines of the image, each with its filter (none) in front. A set bit is light.
fn rows(code: &QrCode, side: usize) -> Zeroizing<Vec<u8>> {
    let colors = code.to_colors();
    let dark = |x: usize, y: usize| {
        let module = |at: usize| (at / SCALE).checked_sub(QUIET).filter(|at| *at < code.width());
        let place = module(x).zip(module(y)).map(|(x, y)| y * code.width() + x);
        place.and_then(|place| colors.get(place)).is_some_and(|color| *color == Color::Dark)
    };
    let mut rows = Zeroizing::new(Vec::with_capacity(side * (side / 8 + 2)));
    for y in 0..side {
        rows.push(0);
        for start in (0..side).step_by(8) {
            rows.push((start..start + 8).fold(0, |byte, x| byte << 1 | u8::from(!dark(x, y))));
        }
    }
    rows
}

/// A zlib stream (RFC 1950) of stored blocks (RFC 1951 §3.2.4).
fn stored(bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let blocks = bytes.len().div_ceil(STORED);
    let mut stream = Zeroizing::new(Vec::with_capacity(bytes.len() + 5 * blocks + ROOM));
    stream.extend_from_slice(&[0x78, 0x01]);
    for (at, block) in bytes.chunks(STORED).enumerate() {
        let length = u16::try_from(block.len()).map_err(Failure::internal)?;
        stream.push(u8::from(at + 1 == blocks));
        stream.extend_from_slice(&length.to_le_bytes());
        stream.extend_from_slice(&(!length).to_le_bytes());
        stream.extend_from_slice(block);
    }
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    stream.extend_from_slice(&(b << 16 | a).to_be_bytes());
    Ok(stream)
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) -> Result<()> {
    let mut crc = Crc::new(CrcKind::Crc32);
    crc.update(kind);
    crc.update(content);
    png.extend_from_slice(&u32::try_from(content.len()).map_err(Failure::internal)?.to_be_bytes());
    png.extend_from_slice(kind);
    png.extend_from_slice(content);
    png.extend_from_slice(&CrcKind::Crc32.to_bytes(crc.value()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{image, stored};
    use types::Secret;

    #[test]
    fn the_image_is_a_png() {
        let serial = "acs:ram::1000000000000001:mfa/alice".parse().unwrap();
        let png = image(&serial, &Secret::new("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".to_owned())).unwrap();
        assert!(png.expose().starts_with(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"));
        // The checksum of an empty last chunk, from the PNG specification.
        assert!(png.expose().ends_with(b"\0\0\0\0IEND\xae\x42\x60\x82"));
    }

    /// The check value of Adler-32 for "Wikipedia".
    #[test]
    fn a_stream_ends_with_its_checksum() {
        let stream = stored(b"Wikipedia").unwrap();
        assert_eq!(stream.as_slice(), b"\x78\x01\x01\x09\x00\xf6\xffWikipedia\x11\xe6\x03\x98");
    }
}
