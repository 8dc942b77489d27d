//! An action of Bailee's own: what would be lost with a key.

use super::super::context::{Answer, Context, answer};
use super::parse::key;
use iam::{Operation, Run};
use kms::secrets::{OwnKey, SecretsUnderKey};
use kms::{DescribeKey, KeyRef, ListAliasesByKeyId, Page};
use objects::{CountUnderKey, Objects};
use std::collections::BTreeSet;
use types::{Failure, Result};

impl Context<'_> {
    async fn objects<Op: Operation>(&self, op: Op) -> Result<Op::Output>
    where
        Objects: Run<Op>,
    {
        self.domains.gate.perform(self.caller, self.region.objects.as_ref(), op).await
    }
}

/// What the caller's account has in this region under a key. Secrets and aliases are in every answer, uploads and
/// buckets in the first; with a `NextToken` the objects counted are those after the answer that gave it.
pub(crate) async fn get_key_inventory(c: &Context<'_>) -> Result<Answer> {
    let info = c.kms(DescribeKey { key: key(c.params)? }).await?;
    let placed: KeyRef = info.arn.parse()?;
    let account = placed.place().map(|(_, account)| *account);
    let account = account.ok_or_else(|| Failure::internal("the ARN of a key without an account"))?;
    let id = info.record.id;
    let after = c.params.optional("NextToken").map(str::to_owned);
    let aliases = aliases(c, &placed).await?;
    let secrets = c.secrets(SecretsUnderKey { key: OwnKey { account, id: id.clone() } }).await?;
    let op = CountUnderKey { account, key: id.clone(), aliases: aliases.clone(), after };
    let found = c.objects(op).await?;
    let mut told = answer! {
        "KeyId": id.as_str(),
        "Objects": found.objects,
        "ObjectBytes": found.bytes,
        "RetainedObjects": found.retained,
        "Uploads": found.uploads,
        "Buckets": {"Bucket": found.buckets},
        "Secrets": {"Secret": secrets},
        "Aliases": {"Alias": aliases},
    };
    if let Some(next) = found.next {
        told.insert("NextToken".to_owned(), next.into());
    }
    Ok(told)
}

/// All aliases of the key, page by page.
async fn aliases(c: &Context<'_>, key: &KeyRef) -> Result<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    let mut number = 1;
    loop {
        let page = Page { number, size: kms::limits::PAGE_SIZE };
        let found = c.kms(ListAliasesByKeyId { key: key.clone(), page, after: None }).await?;
        all.extend(found.items.iter().map(|alias| alias.record.name.as_str().to_owned()));
        if found.items.is_empty() || all.len() >= found.total as usize {
            return Ok(all);
        }
        number += 1;
    }
}
