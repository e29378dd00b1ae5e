//! Logs as lines: opened, decompressed by what they begin with and not by their names, cut at line feeds, in the order of their first times.
//!
//! A line over the bound is told as such and its rest passed over, so a file without line ends costs no memory. xz is not read: the error says which
//! command does it.

use anyhow::{Context as _, Result, bail};
use maillog::{ClockError, LogReader, Malformed, Settings};
use model::{Duration, Timestamp};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

const LINE_BYTES_MAX: usize = 1 << 20;
const BUFFER_BYTES: usize = 256 << 10;
/// Lines at a file's beginning in which a time is looked for.
const FIRST_LINES_MAX: usize = 200;
const HALF_A_YEAR: Duration = Duration::from_secs(183 * 86_400);

/// A log that can be opened, again and again unless it is standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Input {
    path: PathBuf,
}

/// One line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Whole(&'a [u8]),
    /// Too long; this is its beginning.
    Long(&'a [u8]),
}

/// Opened.
pub(super) struct Lines {
    source: Box<dyn BufRead>,
    line: Vec<u8>,
}

/// The logs in the order of their first times.
pub(super) fn in_order(paths: &[PathBuf], settings: Settings) -> Result<Vec<Input>> {
    let inputs: Vec<Input> = paths.iter().map(|path| Input { path: path.clone() }).collect();
    if inputs.iter().any(Input::is_stream) {
        if inputs.len() > 1 {
            bail!("- (standard input) stands alone: it cannot be sorted among files");
        }
        return Ok(inputs);
    }
    let mut dated = Vec::new();
    for input in inputs {
        dated.push((input.first_time(settings)?, input));
    }
    Ok(sorted(dated))
}

/// By time; what has none comes first. Times of syslog without a year all fall into one: there the longest pause is the turn of the year.
fn sorted(mut dated: Vec<(Option<Timestamp>, Input)>) -> Vec<Input> {
    dated.sort_by(|one, other| one.0.cmp(&other.0).then_with(|| one.1.path.cmp(&other.1.path)));
    let pause = |pair: &[(Option<Timestamp>, Input)]| match (pair[0].0, pair[1].0) {
        (Some(one), Some(other)) => other.since(one),
        _ => Duration::ZERO,
    };
    let longest = dated.windows(2).map(pause).enumerate().max_by_key(|(_, pause)| *pause);
    let span = match (dated.iter().find_map(|(at, _)| *at), dated.last().and_then(|(at, _)| *at)) {
        (Some(first), Some(last)) => last.since(first),
        _ => Duration::ZERO,
    };
    let is_one_year = span < HALF_A_YEAR * 2;
    if let Some((place, _)) = longest.filter(|(_, pause)| is_one_year && *pause > HALF_A_YEAR) {
        dated.rotate_left(place + 1);
    }
    dated.into_iter().map(|(_, input)| input).collect()
}

impl Input {
    pub(super) fn is_stream(&self) -> bool {
        self.path.as_os_str() == "-"
    }

    pub(super) fn name(&self) -> String {
        if self.is_stream() { "standard input".to_owned() } else { self.path.display().to_string() }
    }

    pub(super) fn open(&self) -> Result<Lines> {
        let source: Box<dyn Read> = if self.is_stream() {
            Box::new(std::io::stdin())
        } else {
            Box::new(File::open(&self.path).with_context(|| format!("cannot open {}", self.path.display()))?)
        };
        let mut source = BufReader::with_capacity(BUFFER_BYTES, source);
        let beginning = source.fill_buf().with_context(|| format!("cannot read {}", self.name()))?;
        let source: Box<dyn BufRead> = match beginning {
            [0x1f, 0x8b, ..] => {
                Box::new(BufReader::with_capacity(BUFFER_BYTES, flate2::bufread::MultiGzDecoder::new(source)))
            }
            [0x28, 0xb5, 0x2f, 0xfd, ..] => {
                Box::new(BufReader::with_capacity(BUFFER_BYTES, Zstd::new(source)))
            }
            [0xfd, b'7', b'z', b'X', b'Z', ..] => {
                bail!("{} is compressed with xz: `xz -dc {0} | signpost postmortem -`", self.name())
            }
            [b'B', b'Z', b'h', ..] => {
                bail!("{} is compressed with bzip2: `bzip2 -dc {0} | signpost postmortem -`", self.name())
            }
            _ => Box::new(source),
        };
        Ok(Lines { source, line: Vec::new() })
    }

    /// The time of the first line that has one. A time that lacks its zone is no matter here: it is asked for when the file is read.
    fn first_time(&self, settings: Settings) -> Result<Option<Timestamp>> {
        let mut reader = LogReader::new(settings);
        let mut lines = self.open()?;
        let mut first = None;
        for _ in 0..FIRST_LINES_MAX {
            let Some(line) = lines.next().with_context(|| format!("cannot read {}", self.name()))? else {
                break;
            };
            let Line::Whole(line) = line else { continue };
            let read = reader.line(line, &mut |event| first = Some(event.at));
            if let Err(Malformed::Time(ClockError::NoZone | ClockError::NoYear)) = read {
                return Ok(None);
            }
            if first.is_some() {
                return Ok(first);
            }
        }
        reader.end_file(&mut |event| {
            first.get_or_insert(event.at);
        });
        Ok(first)
    }
}

impl Lines {
    /// The next line; `None` at the end.
    pub(super) fn next(&mut self) -> std::io::Result<Option<Line<'_>>> {
        self.line.clear();
        let mut limited = (&mut self.source).take(LINE_BYTES_MAX as u64);
        let read = limited.read_until(b'\n', &mut self.line)?;
        if read == 0 {
            return Ok(None);
        }
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
            return Ok(Some(Line::Whole(&self.line)));
        }
        if read < LINE_BYTES_MAX {
            return Ok(Some(Line::Whole(&self.line)));
        }
        self.source.skip_until(b'\n')?;
        Ok(Some(Line::Long(&self.line[..400])))
    }
}

/// Frame after frame: log rotation and KumoMTA append them.
struct Zstd<R: BufRead> {
    source: Option<R>,
    decoder: Option<ruzstd::decoding::StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>,
}

impl<R: BufRead> Zstd<R> {
    fn new(source: R) -> Self {
        Self { source: Some(source), decoder: None }
    }
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            if let Some(decoder) = &mut self.decoder {
                let read = decoder.read(buffer)?;
                if read > 0 || buffer.is_empty() {
                    return Ok(read);
                }
            }
            if let Some(decoder) = self.decoder.take() {
                self.source = Some(decoder.into_inner());
            }
            let Some(mut source) = self.source.take() else { return Ok(0) };
            if source.fill_buf()?.is_empty() {
                return Ok(0);
            }
            let decoder = ruzstd::decoding::StreamingDecoder::new(source).map_err(std::io::Error::other)?;
            self.decoder = Some(decoder);
        }
    }
}

#[cfg(test)]
mod tests;
