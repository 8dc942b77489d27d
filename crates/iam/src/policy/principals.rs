use super::context::{Context, keys};
use super::error::quote;
use super::kind::Kind;
use super::pattern::{Fold, Pattern, Syntax};
use super::request::Facts;
use types::{AccountId, Principal, RoleName, UserName};

/// How a statement's `Principal` meets the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grip {
    /// Not at all.
    None,
    /// Only through the account: a Deny binds the caller, an Allow leaves it to the account's own policies whether the
    /// caller may.
    Account,
    /// The caller itself.
    Caller,
}

/// `Principal` or `NotPrincipal`.
#[derive(Debug)]
pub(super) struct Principals {
    named: Box<[Named]>,
    /// Whether it is everybody else (`NotPrincipal`).
    others: bool,
}

#[derive(Debug)]
enum Named {
    Everyone,
    Account(AccountId),
    User {
        account: AccountId,
        name: UserName,
    },
    Role {
        account: AccountId,
        name: RoleName,
    },
    /// A user's or a role's immutable id.
    Id(String),
    Session {
        account: AccountId,
        role: Pattern,
        session: Pattern,
    },
    Service(String),
    Provider(String),
}

/// Principals being read.
pub(super) struct PrincipalsBuilder {
    kind: Kind,
    others: bool,
    named: Vec<Named>,
}

impl PrincipalsBuilder {
    pub(super) const fn new(kind: Kind, others: bool) -> Self {
        Self { kind, others, named: Vec::new() }
    }

    /// Adds an entry of a plain list, or one under `RAM`.
    pub(super) fn ram(&mut self, text: &str) -> Result<(), String> {
        let named = match (self.kind, text) {
            (Kind::Bucket | Kind::Key | Kind::Secret, "*") => Named::Everyone,
            (Kind::Key, _) => {
                Named::everybody_of(text).or_else(|| Named::session(text)).map_or_else(|| Named::arn(text), Ok)?
            }
            (Kind::Bucket | Kind::Secret, _) => {
                Named::uid(text).or_else(|| Named::session(text)).map_or_else(|| Named::arn(text), Ok)?
            }
            (_, "*") => return Err("a trust policy has to name whom it trusts: * is not allowed".to_owned()),
            _ => Named::arn(text)?,
        };
        self.named.push(named);
        Ok(())
    }

    /// Adds an entry under `Service`.
    pub(super) fn service(&mut self, text: &str) -> Result<(), String> {
        let well_made = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b);
        if text.is_empty() || text.len() > 128 || !text.bytes().all(well_made) {
            return Err(format!("{} is no service: write a name such as oss.aliyuncs.com", quote(text)));
        }
        self.named.push(Named::Service(text.to_owned()));
        Ok(())
    }

    /// Adds an entry under `Federated`.
    pub(super) fn federated(&mut self, text: &str) -> Result<(), String> {
        let provider = relative(text).and_then(|(account, path)| {
            let (name, longest, extra): (_, _, &[u8]) = match path.split_once('/')? {
                ("saml-provider" | "oidc-provider", name) => (name, 128, b"-._"),
                // An OIDC provider by its issuer's URL without the scheme, as the other grammar has it.
                ("oidc-issuer", issuer) => (issuer, 255, b"-._~/%!&'()+;=:[]"),
                _ => return None,
            };
            let well_made = |b: u8| b.is_ascii_alphanumeric() || extra.contains(&b);
            let ok = (1..=longest).contains(&name.len()) && name.bytes().all(well_made);
            ok.then(|| format!("acs:ram::{account}:{path}"))
        });
        let wrong = || {
            let shown = quote(text);
            format!(
                "{shown} is no identity provider: write acs:ram::<account>:saml-provider/<name> or …:oidc-provider/<name>"
            )
        };
        self.named.push(Named::Provider(provider.ok_or_else(wrong)?));
        Ok(())
    }

    pub(super) fn finish(self) -> Principals {
        Principals { named: self.named.into_boxed_slice(), others: self.others }
    }
}

/// The account and the path of `acs:ram::<account>:<path>`; some documents write a star for the region.
fn relative(text: &str) -> Option<(AccountId, &str)> {
    let rest = text.strip_prefix("acs:ram:")?;
    let (account, path) = rest.strip_prefix('*').unwrap_or(rest).strip_prefix(':')?.split_once(':')?;
    Some((account.parse().ok()?, path))
}

impl Named {
    /// A bare id, as bucket policies name accounts, users and roles.
    fn uid(text: &str) -> Option<Self> {
        if let Ok(account) = text.parse() {
            return Some(Self::Account(account));
        }
        text.parse::<types::UserId>().ok().map(|id| Self::Id(id.into()))
    }

    /// `acs:ram::<account>:*`, as the key policies that consoles write name a whole account.
    fn everybody_of(text: &str) -> Option<Self> {
        relative(text).filter(|(_, path)| *path == "*").map(|(account, _)| Self::Account(account))
    }

    /// `arn:sts::<account>:assumed-role/<role>/<session>`, with wildcards in both names.
    fn session(text: &str) -> Option<Self> {
        let (account, path) = text.strip_prefix("arn:sts::")?.split_once(':')?;
        let (role, session) = path.strip_prefix("assumed-role/")?.split_once('/')?;
        let well_made =
            |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_alphanumeric() || b".@-_*?".contains(&b));
        if !well_made(role) || !well_made(session) {
            return None;
        }
        let wild = |t: &str| Pattern::compile(t, Syntax::Wild, Fold::Exact).ok();
        Some(Self::Session { account: account.parse().ok()?, role: wild(role)?, session: wild(session)? })
    }

    fn arn(text: &str) -> Result<Self, String> {
        let named = relative(text).and_then(|(account, path)| {
            if path == "root" {
                return Some(Self::Account(account));
            }
            if let Some(name) = path.strip_prefix("user/") {
                return Some(Self::User { account, name: name.parse().ok()? });
            }
            Some(Self::Role { account, name: path.strip_prefix("role/")?.parse().ok()? })
        });
        named.ok_or_else(|| {
            let shown = quote(text);
            format!("{shown} is no principal: write acs:ram::<account>:root, …:user/<name> or …:role/<name>")
        })
    }

    fn grip(&self, principal: &Principal, context: &Context) -> Grip {
        let met = match (self, principal) {
            (Self::Everyone, _) => true,
            (Self::Account(own), Principal::Root { account }) => own == account,
            (Self::Account(own), _) if principal.account() == Some(*own) => return Grip::Account,
            (Self::User { account, name }, Principal::User { account: a, name: n, .. }) => account == a && name == n,
            (Self::Role { account, name }, Principal::RoleSession { account: a, role_name, .. }) => {
                account == a && name == role_name
            }
            (Self::Id(own), Principal::User { id, .. }) => own == id.as_str(),
            (Self::Id(own), Principal::RoleSession { role, .. }) => own == role.as_str(),
            (
                Self::Session { account, role, session },
                Principal::RoleSession { account: a, role_name, session: s, .. },
            ) => account == a && role.matches(role_name.as_str(), context) && session.matches(s.as_str(), context),
            (Self::Service(own), Principal::Service { name }) => own == name,
            // Nobody yet: the provider's assertion is the only proof there is.
            (Self::Provider(own), Principal::Anonymous) => [keys::FEDERATED_PROVIDER, keys::FEDERATED_ISSUER]
                .iter()
                .any(|key| context.single(key).is_some_and(|provider| provider.text() == own.as_str())),
            _ => false,
        };
        if met { Grip::Caller } else { Grip::None }
    }
}

impl Principals {
    /// Whether they are open-ended: everybody, or everybody but some.
    pub(super) fn take_strangers(&self) -> bool {
        self.others || self.named.iter().any(|named| matches!(named, Named::Everyone))
    }

    /// How it meets the caller. `unconditional`: the statement has no conditions.
    pub(super) fn grip(&self, allows: bool, unconditional: bool, facts: &Facts<'_>) -> Grip {
        let (principal, context) = (facts.request.principal, facts.request.context);
        // OSS: a bare star without a condition means everyone but the bucket's owner, who so cannot lock itself out.
        let skip_everyone = unconditional && facts.is_owner();
        let counted = |named: &&Named| self.others || !(skip_everyone && matches!(named, Named::Everyone));
        let grips = self.named.iter().filter(counted).map(|named| named.grip(principal, context));
        let best = grips.max().unwrap_or(Grip::None);
        if !self.others {
            return best;
        }
        // "Everybody but Bob" is no invitation to strangers: only `*` lets in who has not said who they are.
        let invited = !allows || principal.account().is_some();
        if best == Grip::None && invited { Grip::Caller } else { Grip::None }
    }
}
