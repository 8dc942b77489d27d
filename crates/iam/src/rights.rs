use crate::boundaries::boundary_of;
use crate::control_policy::control_of;
use crate::directory::{Policies, policies_of, policies_of_user};
use crate::policy::{Context, Labelled};
use crate::records::{Holder, RoleRecord, UserRecord};
use crate::tags::Tags;
use store::View;
use types::{AccountId, Result};

/// The beginning of the condition keys for the caller's tags.
const PRINCIPAL_TAG: &str = "acs:PrincipalTag/";

/// All that decides about what somebody may do, whatever is asked.
#[derive(Default)]
pub(crate) struct Rights {
    /// What is attached, compiled.
    pub(crate) policies: Policies,
    /// The ceiling over the user or role.
    pub(crate) boundary: Option<Labelled>,
    /// The ceiling over the account.
    pub(crate) control: Option<Labelled>,
    /// What conditions may ask about the caller besides its name: its tags.
    pub(crate) facts: Context,
}

impl Rights {
    /// Those of an account's root: whatever the account owns, below the ceiling over it.
    pub(crate) async fn of_root(view: &View, account: AccountId) -> Result<Self> {
        Ok(Self { control: control_of(view, account).await?, ..Self::default() })
    }

    /// Those of a user.
    pub(crate) async fn of_user(view: &View, account: AccountId, user: &UserRecord) -> Result<Self> {
        Ok(Self {
            policies: policies_of_user(view, account, &user.name).await?,
            boundary: boundary_of(view, account, user.boundary.as_ref()).await?,
            control: control_of(view, account).await?,
            facts: facts(&user.tags),
        })
    }

    /// Those of a role.
    pub(crate) async fn of_role(view: &View, account: AccountId, role: &RoleRecord) -> Result<Self> {
        Ok(Self {
            policies: policies_of(view, account, &Holder::Role(role.name.clone())).await?,
            boundary: boundary_of(view, account, role.boundary.as_ref()).await?,
            control: control_of(view, account).await?,
            facts: facts(&role.tags),
        })
    }
}

fn facts(tags: &Tags) -> Context {
    let mut facts = Context::new();
    tags.add_to(&mut facts, PRINCIPAL_TAG);
    facts
}
