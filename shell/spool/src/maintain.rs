//! Compaction: what lives is copied out of old segments, so that delivered bytes leave the disk.
//!
//! A message that is being delivered is left for the next time. Copies are synced before anything is deleted, and segments are deleted
//! one by one, oldest first. A failure leaves everything where it was.

use crate::act::Act;
use crate::config::SpoolError;
use crate::event::{Event, Stored};
use crate::format::{ChunkHead, RecordType, segment_name, write_record};
use crate::state::{Body, ChunkPlace, Reader, Reaped, Shared, event_record};
use crate::writer::{Class, Durability, Written};
use model::{MessageId, Timestamp};
use std::sync::Arc;

pub(crate) async fn run(shared: &Arc<Shared>, now: Timestamp) -> Result<(), SpoolError> {
    shared.writer.note_time(now);
    if !shared.state().is_whole {
        return Ok(());
    }
    let age_max = shared.segment_age_max;
    if shared.state().segments.active_age(now).is_some_and(|age| age >= age_max) {
        shared.writer.rotate().await?;
    }
    // First, so that a full disk has room for what is moved.
    delete(shared).await?;
    let mut after = None;
    loop {
        let before =
            Timestamp::from_micros(now.as_micros() - i64::try_from(age_max.as_micros()).unwrap_or(0));
        let Some(reaped) = shared.state().segments.next_to_clean(before, after) else { break };
        after = Some(reaped.number);
        clean(shared, reaped, now).await?;
    }
    delete(shared).await?;
    note_figures(shared, now);
    Ok(())
}

/// Copies out what lives in one segment.
async fn clean(shared: &Arc<Shared>, reaped: Reaped, now: Timestamp) -> Result<(), SpoolError> {
    for id in reaped.messages {
        let act = shared.state().act(id);
        if let Some(act) = act {
            move_act(shared, act, now).await?;
            continue;
        }
        let Some(phase) = shared.state().take_out(id) else { continue };
        let moved = move_message(shared, id, reaped.number, now).await;
        shared.state().give_back(id, phase);
        shared.due_changed.notify_one();
        moved?;
    }
    Ok(())
}

/// Copies the chunks of a message that lie in `segment`, and its state.
async fn move_message(
    shared: &Arc<Shared>,
    id: MessageId,
    segment: u64,
    now: Timestamp,
) -> Result<(), SpoolError> {
    let (message, mut body, progress) = {
        let state = shared.state();
        let Some(entry) = state.entry(id) else { return Ok(()) };
        (entry.accepted().into_owned(), entry.body().into_owned(), entry.progress().into_owned())
    };
    let mut pins = Vec::new();
    for place in 0..body.chunks.len() {
        if body.chunks[place].segment == segment
            && !copy_chunk(shared, id, place, &mut body, &mut pins).await?
        {
            // Damaged: it stays where it is, and so does its segment.
            return Ok(());
        }
    }
    let event = Event::Moved {
        message: Box::new(message.as_ref().clone()),
        chunks: body.chunks.len() as u32,
        length: body.length,
        state: Box::new(progress.clone()),
    };
    let record = event_record(&Stored { id, at: now, event })?;
    let class = Class::Move { chunks_in: body.segments() };
    let written = shared.writer.append(record, class, Durability::Now).await?;
    shared.state().accept_moved(id, message, body, progress, written.segment);
    pins.into_iter().chain([written]).for_each(Written::settle);
    Ok(())
}

/// Writes the journal's entry of an act again.
async fn move_act(shared: &Arc<Shared>, act: Act, now: Timestamp) -> Result<(), SpoolError> {
    let stored = Stored { id: act.id.in_log(), at: now, event: Event::Act { act: Box::new(act.clone()) } };
    let class = Class::Move { chunks_in: Default::default() };
    let written = shared.writer.append(event_record(&stored)?, class, Durability::Now).await?;
    shared.state().put_act(&act, Some(written.segment));
    written.settle();
    Ok(())
}

/// Whether the chunk could be read.
async fn copy_chunk(
    shared: &Arc<Shared>,
    id: MessageId,
    place: usize,
    body: &mut Body,
    pins: &mut Vec<Written>,
) -> Result<bool, SpoolError> {
    let bytes = match shared.read_chunk(id, place).await {
        Ok(bytes) => bytes,
        Err(error) => {
            tracing::error!(%error, "a damaged body keeps its segment");
            return Ok(false);
        }
    };
    let head = ChunkHead { id, place: place as u32 };
    let (stored, encrypted) = shared.crypt.seal(head, &bytes);
    let mut record = Vec::with_capacity(stored.len() + 64);
    write_record(RecordType::Chunk { encrypted }, &[&head.to_bytes(), &stored], &mut record);
    let class = Class::Move { chunks_in: Default::default() };
    let written = shared.writer.append(record, class, Durability::Whenever).await?;
    body.chunks[place] = ChunkPlace { segment: written.segment, offset: written.offset };
    pins.push(written);
    Ok(true)
}

/// Where space is short nothing waits for the log's reader: mail goes before its history.
fn next_to_delete(shared: &Shared) -> Option<u64> {
    let is_short = matches!(shared.writer.may_accept(), Err(SpoolError::NoSpace));
    let state = shared.state();
    let nobody = Reader::default();
    state.segments.next_to_delete(if is_short { &nobody } else { &state.reader })
}

/// Deletes what nothing needs, oldest first, each one for good before the next.
async fn delete(shared: &Arc<Shared>) -> Result<(), SpoolError> {
    while let Some(number) = next_to_delete(shared) {
        let disk = Arc::clone(&shared.disk);
        let removed = tokio::task::spawn_blocking(move || {
            disk.remove(&segment_name(number))?;
            disk.sync_dir()
        });
        let removed = removed.await.unwrap_or_else(|error| Err(std::io::Error::other(error)));
        removed.map_err(|error| SpoolError::unusable(shared.disk.place(), &error))?;
        shared.state().segments.delete(number);
    }
    Ok(())
}

fn note_figures(shared: &Shared, now: Timestamp) {
    let (parked, oldest) = {
        let state = shared.state();
        (state.parked_messages(), state.oldest())
    };
    let age = oldest.map_or(0, |oldest| now.since(oldest).as_micros());
    shared.metrics.queue_parked.set(parked as u64);
    shared.metrics.queue_oldest_micros.set(u64::try_from(age).unwrap_or(u64::MAX));
    shared.note_queue();
}
