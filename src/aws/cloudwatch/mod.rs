//! CloudWatch: alarms.

mod metric_alarm;
mod metric_alarm_schema;
mod metric_query;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types.resource::<metric_alarm::MetricAlarm>()
}
