//! Pictures of stamped messages in Chromium, at two widths, light and dark.
//!
//! The pages and the sheets that show all of them come from the example `looks` of the crate `tenant`. Single pictures are left in `target/looks`, the
//! sheets in `docs/looks`, to be looked at by a person: nothing here says whether they are beautiful.

use crate::run as execute;
use anyhow::{Context as _, Result, bail};
use std::path::Path;

/// Width of a window and its height, and those of the sheet of this width.
const WINDOWS: [[u32; 4]; 2] = [[1200, 700, 1236, 1070], [400, 700, 1012, 840]];
/// Chromium's number of a colour scheme (`blink::mojom::PreferredColorScheme`).
const SCHEMES: [(&str, u32); 2] = [("light", 1), ("dark", 0)];

/// Writes the pages and takes the pictures.
pub(crate) fn run(root: &Path) -> Result<()> {
    let pages = root.join("target/looks");
    let sheets = root.join("docs/looks");
    std::fs::create_dir_all(&sheets).with_context(|| sheets.display().to_string())?;
    let folder = pages.display().to_string();
    execute(
        root,
        "cargo",
        &["run", "--quiet", "--package", "tenant", "--example", "looks", "--", &folder],
        &[],
    )?;
    let mut names: Vec<String> = std::fs::read_dir(&pages)?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".html").map(str::to_owned))
        .filter(|name| !name.starts_with("sheet"))
        .collect();
    names.sort();
    if names.is_empty() {
        bail!("no pages in {folder}");
    }
    for [width, height, sheet_width, sheet_height] in WINDOWS {
        for (scheme, number) in SCHEMES {
            let chromium = Chromium { root, pages: &pages, number };
            for name in &names {
                let picture = pages.join(format!("{name}-{width}-{scheme}.png"));
                chromium.take(name, &picture, [width, height])?;
            }
            let picture = sheets.join(format!("{width}-{scheme}.png"));
            chromium.take(&format!("sheet-{width}"), &picture, [sheet_width, sheet_height])?;
        }
    }
    eprintln!("look at the pictures in {folder} and {}", sheets.display());
    Ok(())
}

struct Chromium<'a> {
    root: &'a Path,
    pages: &'a Path,
    /// Of the colour scheme.
    number: u32,
}

impl Chromium<'_> {
    fn take(&self, page: &str, picture: &Path, [width, height]: [u32; 2]) -> Result<()> {
        let options = [
            format!("--user-data-dir={}", self.pages.join("chromium").display()),
            format!("--blink-settings=preferredColorScheme={}", self.number),
            format!("--screenshot={}", picture.display()),
            format!("--window-size={width},{height}"),
            format!("file://{}", self.pages.join(format!("{page}.html")).display()),
        ];
        let quiet = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--hide-scrollbars",
            "--log-level=3",
        ];
        let arguments: Vec<&str> = quiet.into_iter().chain(options.iter().map(String::as_str)).collect();
        execute(self.root, "chromium", &arguments, &[])
    }
}
