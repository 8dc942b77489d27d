//! Holds docs/compatibility.md against the tables that drive the dialects. `cargo xtask compat` writes it anew.

use dialects::{Status, aws_iam, aws_kms, oss, rpc, s3};
use std::path::Path;

/// Set to write the page instead of holding it against the tables.
const UPDATE: &str = "BAILEE_UPDATE_COMPATIBILITY";

const INTRODUCTION: &str = "\
# Compatibility

Every operation of every dialect, generated from the tables that route them by `cargo xtask compat`; `./test` fails when
this page is out of date. What is in no table does not exist and is answered with the vendor's own error for that.

- **full**: all that is documented.
- **partial**: the main part; what is missing is refused by name.
- **refused**: answered with the vendor's not-implemented error.

Actions are those that policies have to allow; an operation without one is open to every caller that is known.
";

/// One row, as the page shows it.
struct Shown {
    name: String,
    needs: &'static [&'static str],
    status: Status,
}

#[test]
fn the_page_is_that_of_the_tables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/compatibility.md");
    let page = page();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/compatibility.md is out of date: run cargo xtask compat");
}

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    let mut sections = vec![section("Amazon S3 (REST API 2006-03-01)", s3::ROWS.iter().map(s3_row).collect())];
    let keys = aws_kms::ROWS.iter().flat_map(|rows| rows.iter()).map(aws_kms_row);
    sections.push(section("AWS Key Management Service (2014-11-01)", keys.collect()));
    for (title, service) in [
        ("AWS Identity and Access Management (2010-05-08)", aws_iam::ServiceName::Iam),
        ("AWS Security Token Service (2011-06-15)", aws_iam::ServiceName::Sts),
    ] {
        let rows = aws_iam::ROWS.iter().flat_map(|rows| rows.iter()).filter(|row| row.service == service);
        sections.push(section(title, rows.map(aws_iam_row).collect()));
    }
    sections.push(section("Alibaba Cloud OSS", oss::ROWS.iter().map(oss_row).collect()));
    // A service's rows stand in more than one table.
    let mut services: Vec<(String, Vec<Shown>)> = Vec::new();
    for rows in rpc::ROWS {
        let Some(dialect) = rows.first().map(|row| row.service.dialect()) else { continue };
        let title = format!("Alibaba Cloud {} ({})", dialect.service, dialect.version);
        let shown = rows.iter().map(rpc_row);
        match services.iter_mut().find(|(known, _)| *known == title) {
            Some((_, all)) => all.extend(shown),
            None => services.push((title, shown.collect())),
        }
    }
    sections.extend(services.into_iter().map(|(title, rows)| section(&title, rows)));
    page.push_str("\n| | full | partial | refused |\n|---|---|---|---|\n");
    sections.iter().for_each(|(counts, _)| page.push_str(counts));
    sections.iter().for_each(|(_, rows)| page.push_str(rows));
    page
}

fn s3_row(row: &s3::S3Row) -> Shown {
    Shown { name: row.name.to_owned(), needs: row.needs, status: row.status }
}

fn aws_kms_row(row: &aws_kms::Row) -> Shown {
    Shown { name: row.name.to_owned(), needs: row.needs, status: row.status }
}

fn aws_iam_row(row: &aws_iam::Row) -> Shown {
    Shown { name: row.name.to_owned(), needs: row.needs, status: row.status }
}

fn rpc_row(row: &rpc::Row) -> Shown {
    Shown { name: row.name.to_owned(), needs: row.needs, status: row.status }
}

fn oss_row(row: &oss::OssRow) -> Shown {
    let place = match row.level {
        oss::Level::Service => "/",
        oss::Level::Bucket => "/bucket/",
        oss::Level::Object => "/bucket/key",
    };
    let query = if row.subresources.is_empty() { String::new() } else { format!("?{}", row.subresources.join("&")) };
    let source = if row.copies { " with a source" } else { "" };
    let name = format!("{} (`{} {place}{query}`{source})", row.name, row.method);
    Shown { name, needs: row.needs, status: row.status }
}

/// A line of the summary, and a table: what is there first, as the dialect's table has it, then the names of the rest.
fn section(title: &str, rows: Vec<Shown>) -> (String, String) {
    let (refused, served): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.status == Status::Refused);
    let full = served.iter().filter(|row| row.status == Status::Full).count();
    let counts = format!("| {title} | {full} | {} | {} |\n", served.len() - full, refused.len());
    let mut out = format!("\n## {title}\n\n| operation | actions | status |\n|---|---|---|\n");
    for row in &served {
        let status = if row.status == Status::Full { "full" } else { "partial" };
        let needs: Vec<String> = row.needs.iter().map(|need| format!("`{need}`")).collect();
        let needs = if needs.is_empty() { "–".to_owned() } else { needs.join(", ") };
        out.push_str(&format!("| {} | {needs} | {status} |\n", row.name));
    }
    if !refused.is_empty() {
        let mut names: Vec<&str> = refused.iter().map(|row| row.name.split(' ').next().unwrap_or_default()).collect();
        names.sort_unstable();
        out.push_str(&format!("\nRefused: {}.\n", names.join(", ")));
    }
    (counts, out)
}
