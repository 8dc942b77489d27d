use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use types::{AccountId, Failure, Reason, Result};

/// Tries that one address may make in a minute, whomever it tries to be.
const BY_ADDRESS: u32 = 20;
/// How many times as many may be made from one site, which has many IPv6 networks to itself.
const BY_SITE: u32 = 10;
/// Tries that may be made in a minute to get into one account, from wherever.
const BY_ACCOUNT: u32 = 120;
/// As these, of tokens.
const TOKENS_BY_ADDRESS: u32 = 600;
const TOKENS_BY_ACCOUNT: u32 = 6_000;
const MINUTE: Duration = Duration::from_secs(60);
/// Addresses and accounts remembered. While there are more, nobody new may try.
const REMEMBERED: usize = 64 * 1_024;

/// What somebody tries to get into. Accounts that there are and others count alike, so that being held back tells nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Named {
    /// An account.
    Account(AccountId),
    /// What no account is called, by its hash: people type their passwords where names belong.
    Unknown([u8; 32]),
}

impl Named {
    /// What no account is called.
    pub(crate) fn unknown(text: &str) -> Self {
        Self::Unknown(crypto::hash::sha256(text.as_bytes()))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Who {
    Site(IpAddr),
    Address(IpAddr),
    Account(Named),
}

/// Holds guessing back, before anything is spent on it. Counted by each server for itself; for passwords, what counts for all
/// of them, and lasts, is the count of wrong tries of each user.
pub(crate) struct Guesses {
    by_address: u32,
    by_account: u32,
    seen: Mutex<HashMap<Who, (u32, Duration)>>,
}

impl Guesses {
    /// For passwords.
    pub(crate) fn of_passwords() -> Self {
        Self { by_address: BY_ADDRESS, by_account: BY_ACCOUNT, seen: Mutex::default() }
    }

    /// For tokens of identity providers. They cannot be guessed, and many machines ask from behind one address.
    pub(crate) fn of_tokens() -> Self {
        Self { by_address: TOKENS_BY_ADDRESS, by_account: TOKENS_BY_ACCOUNT, seen: Mutex::default() }
    }

    /// Counts a try at `now`; an error if it is one too many.
    pub(crate) fn admit(&self, address: IpAddr, named: Named, now: Duration) -> Result<()> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= REMEMBERED {
            seen.retain(|_, (_, since)| now.saturating_sub(*since) < MINUTE);
        }
        // The widest first: what it refuses takes no room below.
        let by_site = self.by_address.saturating_mul(BY_SITE);
        let all = [
            (address.is_ipv6().then(|| Who::Site(network(address, 48))), by_site),
            (Some(Who::Address(network(address, 64))), self.by_address),
            (Some(Who::Account(named)), self.by_account),
        ];
        for (who, most) in all.into_iter().filter_map(|(who, most)| Some((who?, most))) {
            if seen.len() >= REMEMBERED && !seen.contains_key(&who) {
                return Err(throttled(MINUTE));
            }
            let (count, since) = seen.entry(who).or_insert((0, now));
            if now.saturating_sub(*since) >= MINUTE {
                (*count, *since) = (0, now);
            }
            if *count >= most {
                return Err(throttled(MINUTE.saturating_sub(now.saturating_sub(*since))));
            }
            *count += 1;
        }
        Ok(())
    }
}

/// The network of an IPv6 address that starts with so many of its bits. Whoever has one such address has at least the 64
/// bits below it, and often the 80.
fn network(address: IpAddr, bits: u32) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) >> (128 - bits) << (128 - bits))),
    }
}

fn throttled(wait: Duration) -> Failure {
    Failure::of(Reason::Throttled).with("RetryAfter", wait.as_secs().saturating_add(1).to_string())
}

#[cfg(test)]
mod tests {
    use super::{BY_ACCOUNT, BY_ADDRESS, BY_SITE, Guesses, MINUTE, Named};
    use std::net::IpAddr;
    use std::time::Duration;

    const NOBODY: Named = Named::Unknown([0; 32]);

    #[test]
    fn an_address_has_so_many_tries_a_minute() {
        let (guesses, here): (_, IpAddr) = (Guesses::of_passwords(), "2001:db8::1".parse().unwrap());
        for n in 0..BY_ADDRESS {
            // Addresses of one network count together.
            guesses.admit(format!("2001:db8::{n}").parse().unwrap(), NOBODY, Duration::ZERO).unwrap();
        }
        guesses.admit(here, NOBODY, MINUTE - Duration::from_millis(1)).unwrap_err();
        guesses.admit("2001:db8:0:1::1".parse().unwrap(), NOBODY, Duration::ZERO).unwrap();
        guesses.admit(here, NOBODY, MINUTE).unwrap();
    }

    #[test]
    fn a_site_has_so_many_from_all_its_networks() {
        let guesses = Guesses::of_passwords();
        let at = |n: u32| format!("2001:db8:7:{n:x}::1").parse().unwrap();
        for n in 0..BY_ADDRESS * BY_SITE {
            guesses.admit(at(n), Named::unknown(&n.to_string()), Duration::ZERO).unwrap();
        }
        guesses.admit(at(BY_ADDRESS * BY_SITE), NOBODY, Duration::ZERO).unwrap_err();
        guesses.admit("2001:db8:8::1".parse().unwrap(), NOBODY, Duration::ZERO).unwrap();
    }

    /// Whether there is an account of that name does not show.
    #[test]
    fn an_account_has_so_many_from_wherever_and_what_is_none_too() {
        for named in [Named::Account("1000000000000001".parse().unwrap()), Named::unknown("acme")] {
            let guesses = Guesses::of_passwords();
            for n in 0..BY_ACCOUNT {
                guesses.admit(IpAddr::from(n.to_be_bytes()), named, Duration::ZERO).unwrap();
            }
            let next = IpAddr::from((BY_ACCOUNT + 1).to_be_bytes());
            guesses.admit(next, named, Duration::ZERO).unwrap_err();
            guesses.admit(next, NOBODY, Duration::ZERO).unwrap();
        }
    }
}
