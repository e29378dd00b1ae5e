//! Where the documents of a status page may lie, when only the page's own address is known.
//!
//! These are the addresses that the formats document. Which of them answers with something that can be read, who asks finds out.

/// In the order in which they are asked: the richest first. incident.io's own is asked before its imitation of Statuspage, which leaves out what it
/// affects.
const PATHS: [&str; 6] =
    ["/api/v1/summary", "/api/v2/summary.json", "/summary.json", "/index.json", "/history.atom", "/feed.rss"];

/// Addresses of documents under a page's address; none if the address names more than the page.
#[must_use]
pub fn addresses(page: &str) -> Vec<String> {
    let bare = page.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let host = bare.split_once("://").map_or("", |(_, host)| host);
    if host.is_empty() || host.contains('/') {
        return Vec::new();
    }
    PATHS.iter().map(|path| format!("{bare}{path}")).collect()
}

#[cfg(test)]
mod tests;
