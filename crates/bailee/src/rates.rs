use iam::{Limits, Pace};
use serde::Deserialize;
use std::num::NonZeroU32;

/// The vendor's documented rates (KMS quotas, "request rates"), in requests a second for each account and region.
const DOCUMENTED: [(Pace, NonZeroU32); 5] = [
    (Pace::Symmetric, NonZeroU32::new(750).unwrap()),
    (Pace::Asymmetric, NonZeroU32::new(200).unwrap()),
    (Pace::Create, NonZeroU32::new(10).unwrap()),
    (Pace::Read, NonZeroU32::new(50).unwrap()),
    (Pace::Write, NonZeroU32::new(10).unwrap()),
];

/// The `[rates]` table: how many requests a second an account may make of keys and secrets. What is not set is not
/// limited, unless the documented rates are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RatesConfig {
    documented: bool,
    symmetric: Option<NonZeroU32>,
    asymmetric: Option<NonZeroU32>,
    create: Option<NonZeroU32>,
    read: Option<NonZeroU32>,
    write: Option<NonZeroU32>,
}

impl RatesConfig {
    /// The limits that this means.
    pub(crate) fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        let documented = DOCUMENTED.iter().filter(|_| self.documented).copied();
        let Self { documented: _, symmetric, asymmetric, create, read, write } = self;
        let own = [
            (Pace::Symmetric, symmetric),
            (Pace::Asymmetric, asymmetric),
            (Pace::Create, create),
            (Pace::Read, read),
            (Pace::Write, write),
        ];
        let own = own.into_iter().filter_map(|(pace, limit)| Some((pace, (*limit)?)));
        documented.chain(own).for_each(|(pace, limit)| limits.set(pace, limit));
        limits
    }
}

#[cfg(test)]
mod tests {
    use super::RatesConfig;
    use iam::{Limits, Pace};

    fn limits(text: &str) -> Limits {
        toml::from_str::<RatesConfig>(text).unwrap().limits()
    }

    #[test]
    fn what_is_set_counts_before_what_is_documented() {
        assert_eq!(limits(""), Limits::default());
        let per_second = |limits: &Limits, pace| limits.get(pace).map(std::num::NonZeroU32::get);
        let some = limits("read = 7");
        assert_eq!((per_second(&some, Pace::Read), per_second(&some, Pace::Write)), (Some(7), None));
        let all = limits("documented = true\nwrite = 99");
        assert_eq!((per_second(&all, Pace::Symmetric), per_second(&all, Pace::Write)), (Some(750), Some(99)));
    }

    #[test]
    fn a_rate_is_a_number_above_zero() {
        for wrong in ["read = 0", "read = -1", "read = \"7\"", "reads = 7"] {
            assert!(toml::from_str::<RatesConfig>(wrong).is_err(), "{wrong}");
        }
    }
}
