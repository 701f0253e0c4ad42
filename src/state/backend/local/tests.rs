use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};

use super::*;
use crate::addr::AbsInstance;
use crate::addr::ProviderAddr;
use crate::state::ObjectState;

fn backend(dir: &Path) -> LocalBackend {
    LocalBackend::new(dir.join("terraform.tfstate"), dir.join("work"))
}

fn temp() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("folder");
    fs::create_dir(dir.path().join("work")).expect("folder");
    dir
}

fn info() -> LockInfo {
    LockInfo::new("OperationTypeApply", "ann@host", "2026-01-02T03:04:05Z")
}

fn add(state: &mut State, name: &str) {
    let addr = AbsInstance::parse(&format!("aws_vpc.{name}")).expect("address");
    let provider = ProviderAddr::root(ProviderAddr::full_source("aws"));
    state.instance_mut(&addr, &provider).current = Some(ObjectState::default());
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir)
        .expect("folder")
        .map(|e| e.expect("entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_run_saves_backs_up_once_and_leaves_no_traces() {
    let dir = temp();
    let first = backend(dir.path());
    first.lock(info()).await.expect("lock");
    assert_eq!(first.read().await, Ok(None));
    let mut state = State::default();
    add(&mut state, "a");
    assert_eq!(first.write(&mut state).await, Ok(Written::Saved));
    assert_eq!((state.serial, state.lineage.len(), &*state.terraform_version), (1, 36, "1.11.4"));
    assert_eq!(first.write(&mut state).await, Ok(Written::Unchanged));
    assert_eq!(state.serial, 1);
    assert_eq!(first.read().await, Ok(Some(state.clone())));
    first.unlock().await.expect("unlock");
    assert_eq!(names(dir.path()), ["terraform.tfstate", "work"]);
    let mode = fs::metadata(first.path()).expect("file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let before = fs::read(first.path()).expect("file");
    let second = backend(dir.path());
    second.lock(info()).await.expect("lock");
    for name in ["b", "c"] {
        add(&mut state, name);
        assert_eq!(second.write(&mut state).await, Ok(Written::Saved));
    }
    assert_eq!(state.serial, 3);
    assert_eq!(fs::read(second.backup_path()).expect("backup"), before);
    drop(second);
    assert_eq!(names(dir.path()), ["terraform.tfstate", "terraform.tfstate.backup", "work"]);
}

#[tokio::test]
async fn a_lock_alone_leaves_nothing_and_a_dead_note_is_overwritten() {
    let dir = temp();
    let local = LocalBackend::new(dir.path().join("deep/er/x.tfstate"), dir.path());
    let note = dir.path().join("deep/er/.x.tfstate.lock.info");
    assert_eq!(local.lock_info_path(), note);
    local.lock(info()).await.expect("lock");
    let text = fs::read_to_string(&note).expect("note");
    assert!(
        text.starts_with("{\"ID\":\"") && text.contains("\"Operation\":\"OperationTypeApply\",\"Info\":\"\""),
        "{text}"
    );
    assert!(matches!(local.lock(info()).await.expect_err("held").kind, StateErrorKind::Locked(Some(_))));
    local.unlock().await.expect("unlock");
    assert!(names(&dir.path().join("deep/er")).is_empty());

    fs::write(&note, b"{\"ID\":\"dead\"}").expect("note");
    assert!(local.force_unlock("other").await.is_err());
    local.lock(info()).await.expect("stale note");
    local.unlock().await.expect("unlock");
    assert!(local.force_unlock("dead").await.expect_err("gone").detail.contains("not locked"));
    fs::write(&note, b"{\"ID\":\"dead\"}").expect("note");
    local.force_unlock("dead").await.expect("removes");
    assert!(!note.exists());
}

#[tokio::test]
async fn another_lineage_and_a_newer_serial_are_refused_and_the_content_is_kept() {
    let dir = temp();
    let local = backend(dir.path());
    let mut stored = State { serial: 5, lineage: "one".into(), ..State::default() };
    add(&mut stored, "a");
    local.write(&mut stored).await.expect("write");
    let bytes = fs::read(local.path()).expect("file");
    for (lineage, serial, kept) in [("two", 9, "errored.tfstate"), ("one", 5, "errored.tfstate")] {
        let mut other = State { serial, lineage: lineage.into(), ..State::default() };
        add(&mut other, "b");
        let error = local.write(&mut other).await.expect_err("refused");
        assert_eq!(error.kind, StateErrorKind::Conflict);
        assert!(error.detail.contains(kept), "{error}");
        assert_eq!(other.serial, serial);
        assert_eq!(fs::read(local.path()).expect("file"), bytes);
    }
    let kept = crate::state::file::parse(&fs::read(dir.path().join("work/errored.tfstate")).expect("kept"));
    assert_eq!(kept.expect("state").resources.len(), 1);
    // A later run does not overwrite what an earlier one kept.
    let mut other = State { serial: 5, lineage: "two".into(), ..State::default() };
    add(&mut other, "b");
    assert!(backend(dir.path()).write(&mut other).await.is_err());
    assert_eq!(names(&dir.path().join("work")), ["errored.1.tfstate", "errored.tfstate"]);
}

#[tokio::test]
async fn storage_that_refuses_is_told_with_path_and_hint() {
    let dir = temp();
    let mut state = State::default();
    add(&mut state, "a");
    let folder = LocalBackend::new(dir.path(), dir.path().join("work"));
    for error in [folder.write(&mut state).await.expect_err("folder"), folder.lock(info()).await.expect_err("folder")] {
        assert!(error.hint.as_ref().is_some_and(|h| h.contains("is a folder")), "{error:?}");
    }
    fs::write(dir.path().join("file"), "").expect("file");
    let below = LocalBackend::new(dir.path().join("file/terraform.tfstate"), dir.path().join("work"));
    let error = below.lock(info()).await.expect_err("no folder");
    assert!(error.detail.contains("file"), "{error}");
    fs::write(dir.path().join("cut.tfstate"), "{\"version\": 4,").expect("file");
    let cut = LocalBackend::new(dir.path().join("cut.tfstate"), dir.path().join("work"));
    assert!(cut.read().await.expect_err("cut").detail.contains("cut.tfstate: the file ends in the middle"));
    assert!(cut.write(&mut state).await.is_err());
    assert_eq!(fs::read(cut.path()).expect("file"), b"{\"version\": 4,");
}

#[tokio::test]
async fn a_link_to_the_state_stays_a_link() {
    let dir = temp();
    let local = backend(dir.path());
    std::os::unix::fs::symlink(dir.path().join("work/real"), local.path()).expect("link");
    fs::write(dir.path().join("work/real"), "").expect("file");
    local.lock(info()).await.expect("lock");
    let mut state = State::default();
    add(&mut state, "a");
    local.write(&mut state).await.expect("write");
    assert!(fs::symlink_metadata(local.path()).expect("link").is_symlink());
    assert!(fs::metadata(dir.path().join("work/real")).expect("file").len() > 0);
}

#[test]
fn workspaces_have_their_own_files() {
    use crate::state::backend::workspace_path;
    let dir = Path::new("/w");
    assert_eq!(workspace_path(dir, None, "default"), Path::new("/w/terraform.tfstate"));
    assert_eq!(workspace_path(dir, Some(Path::new("a/b")), "default"), Path::new("/w/a/b"));
    assert_eq!(workspace_path(dir, None, "x"), Path::new("/w/terraform.tfstate.d/x/terraform.tfstate"));
}

const HOLD: &str = "KIBAN_TEST_HOLD";

/// Not a test of its own: the process that [`processes_exclude_each_other`] starts.
#[test]
#[ignore = "started by another test"]
#[allow(clippy::disallowed_methods)]
fn holds_a_lock_until_its_input_ends() {
    let Some(path) = std::env::var_os(HOLD) else { return };
    let local = LocalBackend::new(PathBuf::from(path), ".");
    local.acquire(info()).expect("lock");
    let mut state = State::default();
    add(&mut state, "child");
    local.store(&mut state).expect("write");
    let _ = local.stored_bytes(&local.run());
    println!("held");
    let _ = io::stdin().read_line(&mut String::new());
}

fn hold(path: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().expect("path"))
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "state::backend::local::tests::holds_a_lock_until_its_input_ends",
        ])
        .env(HOLD, path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("process");
    let out = child.stdout.take().expect("output");
    assert!(BufReader::new(out).lines().any(|line| line.expect("line").contains("held")));
    child
}

#[tokio::test]
async fn processes_exclude_each_other() {
    let dir = temp();
    let local = backend(dir.path());
    let mut child = hold(local.path());
    // The child has replaced the file since it took the lock.
    let error = local.lock(info()).await.expect_err("held");
    let StateErrorKind::Locked(Some(note)) = &error.kind else { panic!("{error:?}") };
    assert!(error.detail.contains("ann@host") && error.detail.contains(&child.id().to_string()), "{error}");
    assert!(local.force_unlock(&note.id).await.expect_err("alive").detail.contains("alive"));
    child.kill().expect("kill");
    child.wait().expect("end");
    assert!(local.lock_info_path().exists());
    local.lock(info()).await.expect("the dead hold nothing");
    assert!(local.read().await.expect("read").is_some());
}
