//! The frame of every page: one head, one row of links, a table.

use crate::POLICY;
use crate::front::STYLE;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

/// Every page with its place.
const PAGES: [(&str, &str); 7] = [
    ("/", "Front page"),
    ("/queue", "Queue"),
    ("/sources", "Sources"),
    ("/incidents", "Incidents"),
    ("/vendors", "Vendors"),
    ("/metrics", "Metrics"),
    ("/readyz", "Readiness"),
];

/// A page that may renew itself every so many seconds; `here` is its place among the links.
pub(crate) fn framed(here: &str, headline: &str, body: &str, every: Option<u32>) -> String {
    let link = |(place, name): &(&str, &str)| {
        if *place == here {
            format!("<a href=\"{place}\" aria-current=\"page\">{name}</a> ")
        } else {
            format!("<a href=\"{place}\">{name}</a> ")
        }
    };
    let renews = every.map(|every| format!("<meta http-equiv=\"refresh\" content=\"{every}\">\n"));
    let renews = renews.unwrap_or_default();
    let links: String = PAGES.iter().map(link).collect();
    format!(
        "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n{renews}\
         <title>Signpost: {headline}</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<header><strong>Signpost</strong><nav>{links}</nav></header>\n<main>{body}</main>\n</body>\n</html>\n"
    )
}

/// The answer with a finished page.
pub(crate) fn answer(page: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, page).into_response()
}

/// A section with a table; nothing without rows. Cells are HTML already.
pub(crate) fn table(title: &str, headings: &[&str], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let head: String = headings.iter().map(|heading| format!("<th>{heading}</th>")).collect();
    let row = |cells: &Vec<String>| {
        let cells: String = cells.iter().map(|cell| format!("<td>{cell}</td>")).collect();
        format!("<tr>{cells}</tr>")
    };
    let rows: String = rows.iter().map(row).collect();
    format!(
        "<section><h2>{title}</h2><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></section>"
    )
}
