//! `kiban show`

use crate::cli::args::ShowCommand;
use crate::cli::render::outputs;
use crate::cli::{Operations, Screen, Shown, Stored};
use crate::plan::json;

pub async fn run(operations: &dyn Operations, screen: &Screen, args: ShowCommand) -> u8 {
    let shown = match &args.file {
        Some(path) => operations.load(path).await,
        None => operations.state().await.map(Shown::State),
    };
    let text = match shown {
        Ok(Shown::Plan { json, .. }) if args.json => format!("{json}\n"),
        Ok(Shown::Plan { text, .. }) => text,
        Ok(Shown::State(stored)) if args.json => {
            format!("{}\n", json::state(&stored.state, &|provider, addr| (stored.schemas)(provider, addr)))
        }
        Ok(Shown::State(stored)) => state(&stored, screen),
        Err(failure) => return screen.fail(&failure),
    };
    screen.write(&text);
    0
}

fn state(stored: &Stored, screen: &Screen) -> String {
    if stored.state.is_empty() {
        return "The state is empty: nothing is managed yet.\n".into();
    }
    let objects = stored.state.instances().filter_map(|(addr, ..)| super::state::object(stored, &addr, screen));
    let mut text = objects.collect::<Vec<_>>().join("\n");
    if !stored.state.outputs.is_empty() {
        let values = stored.state.outputs.iter().map(|(name, o)| (name.clone(), (o.value.clone(), o.sensitive)));
        text.push_str(&format!("\nOutputs:\n\n{}", outputs::values(&values.collect())));
    }
    text
}
