//! `time_sleep`: a pause when it is made, or before it goes.

use std::time::Duration;

use super::{triggers, unexpected};
use crate::apply::Urgency;
use crate::builtin::Machine;
use crate::eval::functions::parse_duration;
use crate::provider::{Error, Object, PlannedChange, Result, StateOnly};
use crate::schema::{Attribute, Normal, Schema, string};
use crate::value::{Type, Value};

pub struct Sleep;

impl StateOnly for Sleep {
    type Client = Machine;
    const NAME: &'static str = "time_sleep";

    fn schema() -> Schema {
        Schema::new(0)
            .attr("create_duration", pause())
            .attr("destroy_duration", pause())
            .attr("id", string().computed())
            .attr("triggers", triggers())
    }

    fn customize_plan(change: &mut PlannedChange) {
        if !change.configured("create_duration") && !change.configured("destroy_duration") {
            change.error("create_duration", "At least one of create_duration and destroy_duration must be set.");
        }
    }

    async fn create(machine: &Machine, want: &Object) -> Result<Object> {
        wait(machine, want.str("create_duration")).await?;
        Ok(Object::new().with("id", (machine.now)()))
    }

    async fn delete(machine: &Machine, prior: &Object) -> Result<()> {
        wait(machine, prior.str("destroy_duration")).await
    }

    fn import(machine: &Machine, text: &str) -> Result<Object> {
        const FORM: &str =
            "CREATEDURATION,DESTROYDURATION,KEY=VALUE,KEY=VALUE... where at least one duration is non-empty";
        let parts: Vec<&str> = text.split(',').collect();
        let [create, destroy, keys @ ..] = parts.as_slice() else { return Err(unexpected(FORM)) };
        let mut object = Object::new().with("id", (machine.now)());
        for (name, given) in [("create_duration", create), ("destroy_duration", destroy)] {
            if !given.is_empty() {
                duration(given).ok_or_else(|| unexpected(FORM))?;
                object.set(name, *given);
            }
        }
        if create.is_empty() && destroy.is_empty() {
            return Err(unexpected(FORM));
        }
        let pair = |entry: &&str| entry.split_once('=').map(|(k, v)| (k.into(), v.into()));
        let triggers = keys.iter().map(pair).collect::<Option<_>>().ok_or_else(|| unexpected(FORM))?;
        if !keys.is_empty() {
            object.set("triggers", Value::map(Type::String, triggers));
        }
        Ok(object)
    }
}

fn pause() -> Attribute {
    string().optional().normal(Normal::Verbatim).check(|value| {
        let text = value.as_str().unwrap_or_default();
        duration(text).map(drop).ok_or_else(|| {
            "It must be a number immediately followed by ms (milliseconds), s (seconds), m (minutes), or h (hours). For \
             example, \"30s\" for 30 seconds."
                .into()
        })
    })
}

/// A number with one unit.
fn duration(text: &str) -> Option<Duration> {
    let unit = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit);
    let plain = number.starts_with(|c: char| c.is_ascii_digit()) && number.ends_with(|c: char| c.is_ascii_digit());
    if !plain || !matches!(unit, "ms" | "s" | "m" | "h") {
        return None;
    }
    u64::try_from(parse_duration(text).ok()?).ok().map(Duration::from_nanos)
}

/// Waits, unless the user wants the run to end.
async fn wait(machine: &Machine, text: Option<&str>) -> Result<()> {
    let Some(duration) = text.and_then(duration) else { return Ok(()) };
    tokio::select! {
        () = machine.clock.sleep(duration) => Ok(()),
        () = machine.cancel.at_least(Urgency::Stop) => Err(Error::other("the pause was interrupted")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_one_unit() {
        for (text, expect) in [
            ("30s", Some(30_000)),
            ("1.5m", Some(90_000)),
            ("20ms", Some(20)),
            ("2h", Some(7_200_000)),
            ("1h30m", None),
            ("s", None),
            ("-1s", None),
            ("1d", None),
            ("99999999999999999999h", None),
        ] {
            assert_eq!(duration(text), expect.map(Duration::from_millis), "{text}");
        }
    }

    #[tokio::test]
    async fn an_interrupt_ends_the_pause() {
        let machine = Machine::waiting();
        machine.cancel.interrupt();
        let want = Object::new().with("create_duration", "1h");
        assert!(Sleep::create(&machine, &want).await.is_err());
        assert!(Sleep::create(&machine, &Object::new().with("destroy_duration", "1h")).await.is_ok());
    }
}
