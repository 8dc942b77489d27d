use std::net::IpAddr;

/// An address or a CIDR block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    /// IPv4 addresses fill the upper 32 bits.
    bits: u128,
    length: u8,
    v4: bool,
}

impl Network {
    /// Reads `10.0.0.1`, `10.0.0.0/8`, `2001:db8::1` or `2001:db8::/32`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/').map_or((text, None), |(a, l)| (a, Some(l)));
        let (v4, bits) = bits(address.parse().ok()?);
        let widest = if v4 { 32 } else { 128 };
        let length = match length {
            None => widest,
            Some(digits) if digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.parse().ok().filter(|length| *length <= widest)?
            }
            Some(_) => return None,
        };
        Some(Self { bits, length, v4 })
    }

    /// Whether it is a part of the world that somebody may have: at most 1/256 of it.
    pub(crate) const fn is_narrow(self) -> bool {
        self.length >= if self.v4 { 8 } else { 32 }
    }

    /// Whether `address` lies in it.
    pub(crate) fn contains(self, address: IpAddr) -> bool {
        let (v4, bits) = bits(address);
        // A shift by all 128 bits is no shift: the block of length zero holds all.
        let differ = (bits ^ self.bits).checked_shr(128 - u32::from(self.length)).unwrap_or(0);
        v4 == self.v4 && differ == 0
    }
}

fn bits(address: IpAddr) -> (bool, u128) {
    match address {
        IpAddr::V4(v4) => (true, u128::from(u32::from(v4)) << 96),
        IpAddr::V6(v6) => (false, u128::from(v6)),
    }
}

#[cfg(test)]
mod tests {
    use super::Network;

    #[test]
    fn blocks_hold_what_they_say() {
        let held = |block: &str, address: &str| Network::parse(block).unwrap().contains(address.parse().unwrap());
        assert!(held("10.0.0.1", "10.0.0.1"));
        assert!(!held("10.0.0.1", "10.0.0.2"));
        assert!(held("10.0.0.7/8", "10.255.0.1"));
        assert!(!held("10.0.0.0/8", "11.0.0.1"));
        assert!(held("0.0.0.0/0", "255.1.2.3"));
        assert!(!held("0.0.0.0/0", "::1"));
        assert!(held("::/0", "2001:db8::1"));
        assert!(!held("::/0", "1.2.3.4"));
        assert!(held("2001:db8::/33", "2001:db8:7fff::1"));
        assert!(!held("2001:db8::/33", "2001:db8:8000::1"));
    }

    #[test]
    fn what_is_no_block_is_refused() {
        for text in
            ["", "10.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "a/8", "010.0.0.1"]
        {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
