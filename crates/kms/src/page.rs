use crate::limits;
use store::{Range, Record, Table, View};
use types::{AccountId, Failure, Result};

/// Which part of a listing is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its number, from 1.
    pub number: u32,
    /// How many entries a page has, from 1 to [`limits::PAGE_SIZE`].
    pub size: u32,
}

impl Default for Page {
    fn default() -> Self {
        Self { number: 1, size: 10 }
    }
}

/// One page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paged<T> {
    /// The entries of the page.
    pub items: Vec<T>,
    /// Entries of all pages.
    pub total: u32,
    /// Which page it is.
    pub page: Page,
}

/// All that an account has in a table that is kept by names, after a name if one is given. Quotas bound it.
pub(crate) async fn following<R: Record>(
    view: &View,
    table: Table<R>,
    account: AccountId,
    after: Option<&str>,
) -> Result<Vec<R>> {
    let mut range = after.map_or_else(|| Range::all(limits::SCAN), |name| Range::after(name.as_bytes(), limits::SCAN));
    let mut all = Vec::new();
    loop {
        let page = view.scan(table, account, &range).await?;
        let more = range.go_on(&page, |(suffix, _)| suffix);
        all.extend(page.into_iter().map(|(_, record)| record));
        if !more {
            return Ok(all);
        }
    }
}

impl Page {
    /// This page of `all`; an error if there can be no such page. One after the end is empty.
    pub(crate) fn of<T>(self, all: Vec<T>) -> Result<Paged<T>> {
        if self.number == 0 {
            return Err(Failure::invalid("PageNumber", "at least 1"));
        }
        if !(1..=limits::PAGE_SIZE).contains(&self.size) {
            return Err(Failure::invalid("PageSize", format!("1 to {}", limits::PAGE_SIZE)));
        }
        let total = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let skip = (self.number as usize - 1).saturating_mul(self.size as usize);
        let items = all.into_iter().skip(skip).take(self.size as usize).collect();
        Ok(Paged { items, total, page: self })
    }
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn pages_cover_everything_once() {
        let all: Vec<u32> = (0..25).collect();
        let page = |number| Page { number, size: 10 }.of(all.clone()).unwrap();
        let seen: Vec<u32> = (1..=4).flat_map(|n| page(n).items).collect();
        assert_eq!(seen, all);
        assert_eq!(page(u32::MAX).items, Vec::<u32>::new());
        assert_eq!(page(9).total, 25);
    }

    #[test]
    fn what_is_no_page_is_refused() {
        for (number, size) in [(0, 10), (1, 0), (1, 101)] {
            assert!(Page { number, size }.of(vec![1]).is_err());
        }
    }
}
