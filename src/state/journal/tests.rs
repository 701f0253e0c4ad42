use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::disk::replay;
use super::*;
use crate::state::StateErrorKind;

fn begin() -> Record {
    Record::Begin { run: "r".into(), serial: 7, lineage: "l".into() }
}

fn intent(seq: u64) -> Record {
    Record::Intent(Intent {
        seq,
        address: format!("aws_vpc.v[{seq}]"),
        action: Act::Create,
        kind: "aws_vpc".into(),
        provider: "provider[\"registry.terraform.io/hashicorp/aws\"]".into(),
        deposed: None,
        token: format!("t{seq}"),
        identity: [("Name".to_owned(), "ü\n".to_owned())].into(),
        dependencies: vec!["aws_vpc.w".to_owned()],
        create_before_destroy: seq.is_multiple_of(2),
    })
}

fn created(seq: u64) -> Record {
    Record::Created { seq, id: format!("vpc-{seq}") }
}

fn done(seq: u64) -> Record {
    Record::Done { seq, outcome: Outcome::Succeeded }
}

fn failed(seq: u64) -> Record {
    Record::Done { seq, outcome: Outcome::Failed { message: "no".into() } }
}

fn saved(mark: u64) -> Record {
    Record::Saved { serial: 8, mark }
}

fn seqs(unfinished: &[Unfinished]) -> Vec<u64> {
    unfinished.iter().map(|u| u.intent.seq).collect()
}

fn lines(records: &[Record]) -> Vec<u8> {
    records.iter().flat_map(|r| [serde_json::to_vec(r).expect("line"), b"\n".to_vec()].concat()).collect()
}

fn replayed(bytes: &[u8]) -> Vec<Unfinished> {
    replay(bytes, Path::new("j")).expect("loads").0.unfinished()
}

#[test]
fn only_what_a_saved_state_covers_is_settled() {
    let dir = tempfile::tempdir().expect("folder");
    let path = path_beside(&dir.path().join("terraform.tfstate"));
    assert!(path.ends_with(".terraform.tfstate.journal"));
    let (journal, unfinished) = Journal::open(&path).expect("open");
    assert!(unfinished.is_empty() && !path.exists());
    for record in [begin(), intent(0), intent(1), intent(2), created(0), done(0)] {
        journal.append(&record).expect("append");
    }
    let mark = journal.mark();
    // Done after the snapshot was taken: not in the saved state.
    for record in [failed(1), saved(mark)] {
        journal.append(&record).expect("append");
    }
    assert_eq!(seqs(&journal.unfinished()), [1, 2]);
    assert_eq!(journal.clear(), Ok(false));
    let (journal, unfinished) = Journal::open(&path).expect("open");
    assert_eq!(seqs(&unfinished), [1, 2]);
    assert_eq!((&*unfinished[0].run, unfinished[0].serial, unfinished[0].created.as_deref()), ("r", 7, None));
    assert!(matches!(unfinished[0].outcome, Some(Outcome::Failed { .. })));
    assert_eq!(journal.next_seq(), 3);
    for record in [begin(), created(2), done(2)] {
        journal.append(&record).expect("append");
    }
    journal.append(&saved(journal.mark())).expect("append");
    assert_eq!(journal.clear(), Ok(true));
    assert!(!path.exists());
    journal.append(&begin()).expect("a cleared journal goes on");
    assert!(read(&path).expect("read").is_empty());
}

#[test]
fn illegal_transitions_are_refused_and_change_nothing() {
    let dir = tempfile::tempdir().expect("folder");
    let path = dir.path().join("j");
    let (journal, _) = Journal::open(&path).expect("open");
    assert!(journal.append(&intent(0)).is_err(), "before the beginning");
    journal.append(&begin()).expect("append");
    journal.append(&intent(0)).expect("append");
    for record in [intent(0), created(1), done(1), saved(3)] {
        let error = journal.append(&record).expect_err("illegal");
        assert_eq!(error.kind, StateErrorKind::Journal);
    }
    journal.append(&created(0)).expect("append");
    assert!(journal.append(&created(0)).is_err());
    journal.append(&done(0)).expect("append");
    for record in [done(0), created(0), intent(0)] {
        assert!(journal.append(&record).is_err(), "{record:?}");
    }
    assert_eq!(fs::read(&path).expect("file"), lines(&[begin(), intent(0), created(0), done(0)]));
}

#[test]
fn a_journal_cut_at_any_byte_loads_and_goes_on() {
    let records = [
        begin(),
        intent(0),
        created(0),
        intent(1),
        done(0),
        failed(1),
        saved(6),
        intent(2),
        begin(),
        intent(3),
        done(2),
    ];
    let whole = lines(&records);
    let dir = tempfile::tempdir().expect("folder");
    let path = dir.path().join("j");
    for cut in 0..=whole.len() {
        let complete = whole[..cut].iter().filter(|b| **b == b'\n').count();
        let expected = replayed(&lines(&records[..complete]));
        assert_eq!(replayed(&whole[..cut]), expected, "{cut}");
        // The device is slow: only some cuts go through it.
        if cut % 23 != 0 {
            continue;
        }
        fs::write(&path, &whole[..cut]).expect("file");
        let (journal, unfinished) = Journal::open(&path).expect("loads");
        assert_eq!(unfinished, expected, "{cut}");
        let seq = journal.next_seq();
        journal.append(&begin()).expect("append");
        journal.append(&intent(seq)).expect("append");
        assert_eq!(read(&path).expect("loads").len(), unfinished.len() + 1, "{cut}");
    }
}

#[test]
fn damage_before_the_end_is_named_and_zeros_at_the_end_are_cut() {
    let whole = lines(&[begin(), intent(0), done(0)]);
    let zeros = [&*whole, &[0; 64], b"\n\0\0\n"].concat();
    assert_eq!(seqs(&replayed(&zeros)), [0]);
    let text = String::from_utf8(whole).expect("text");
    for (damaged, line) in [
        (text.replace("\"intent\"", "\"intend\""), "line 2"),
        (text.replace("{\"intent\"", "\0\"intent\""), "line 2"),
        (text.replace("\"done\":{\"seq\":0", "\"done\":{\"seq\":9"), "line 3"),
    ] {
        let error = replay(damaged.as_bytes(), Path::new("j")).expect_err("damaged");
        assert!(error.detail.contains(line) && error.hint.is_some(), "{error}");
    }
}

#[test]
fn many_threads_append_at_once() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().expect("folder");
    let path = dir.path().join("j");
    let (journal, _) = Journal::open(&path).expect("open");
    journal.append(&begin()).expect("append");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..20 {
                    let seq = journal.next_seq();
                    for record in [intent(seq), created(seq), done(seq)] {
                        journal.append(&record).expect("append");
                    }
                }
            });
        }
    });
    assert_eq!(fs::metadata(&path).expect("file").permissions().mode() & 0o777, 0o600);
    assert_eq!(read(&path).expect("loads").len(), 160);
    journal.append(&saved(journal.mark())).expect("append");
    assert_eq!(journal.clear(), Ok(true));
}

#[test]
fn a_journal_that_cannot_be_written_says_so() {
    let dir = tempfile::tempdir().expect("folder");
    fs::write(dir.path().join("file"), "").expect("file");
    assert!(Journal::open(dir.path()).is_err());
    let (journal, _) = Journal::open(dir.path().join("none/j")).expect("open");
    fs::write(dir.path().join("none"), "").expect("file");
    assert_eq!(journal.append(&begin()).expect_err("no folder").kind, StateErrorKind::Io);
    assert!(journal.append(&intent(0)).is_err(), "nothing may follow a failed write");
}

/// Legal records made of random choices.
fn legal(choices: &[(u8, u64)]) -> Vec<Record> {
    let mut records = vec![begin()];
    let (mut next, mut open, mut fresh) = (0, Vec::<u64>::new(), Vec::<u64>::new());
    for (choice, pick) in choices {
        let some = |list: &[u64]| (!list.is_empty()).then(|| list[*pick as usize % list.len()]);
        match choice % 6 {
            0 => records.push(begin()),
            1 | 2 => {
                records.push(intent(next));
                open.push(next);
                fresh.push(next);
                next += 1;
            }
            3 => {
                if let Some(seq) = some(&fresh) {
                    records.push(created(seq));
                    fresh.retain(|s| *s != seq);
                }
            }
            4 => {
                if let Some(seq) = some(&open) {
                    records.push(if pick % 3 == 0 { failed(seq) } else { done(seq) });
                    open.retain(|s| *s != seq);
                    fresh.retain(|s| *s != seq);
                }
            }
            _ => records.push(saved(pick % (records.len() as u64 + 1))),
        }
    }
    records
}

proptest! {
    #[test]
    fn a_cut_journal_reports_everything_that_is_not_surely_finished(
        choices in prop::collection::vec((any::<u8>(), any::<u64>()), 0..40),
        cut in any::<prop::sample::Index>(),
    ) {
        let records = legal(&choices);
        let whole = lines(&records);
        let bytes = &whole[..cut.index(whole.len() + 1)];
        let kept = &records[..bytes.iter().filter(|b| **b == b'\n').count()];
        let found = seqs(&replayed(bytes));
        for (at, record) in kept.iter().enumerate() {
            let Record::Intent(Intent { seq, .. }) = record else { continue };
            let done_at = kept.iter().position(|r| matches!(r, Record::Done { seq: s, .. } if s == seq));
            let settled = done_at.is_some_and(|done_at| {
                kept[done_at..].iter().any(|r| matches!(r, Record::Saved { mark, .. } if *mark > done_at as u64))
            });
            prop_assert_eq!(found.contains(seq), !settled, "intent of record {}", at);
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = replay(&bytes, Path::new("j"));
    }
}

#[test]
fn a_journal_in_memory_leaves_nothing_behind() {
    let journal = Journal::in_memory();
    for record in [begin(), intent(0), done(0)] {
        journal.append(&record).expect("append");
    }
    assert_eq!(seqs(&journal.unfinished()), [0]);
    journal.append(&saved(journal.mark())).expect("append");
    assert_eq!(journal.clear(), Ok(true));
}
