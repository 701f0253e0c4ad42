//! Asks for the variables that have no value.

use crate::cli::{Operations, PlanRequest, Screen};
use crate::config::Argument;

/// The request with what somebody has answered. Without a terminal nobody is asked; who ends the input answers no more.
pub fn complete(operations: &dyn Operations, screen: &Screen, mut request: PlanRequest) -> PlanRequest {
    if !screen.interactive || screen.json {
        return request;
    }
    for question in operations.questions(&request.variables) {
        let ephemeral = if question.ephemeral { " (ephemeral)" } else { "" };
        screen.line(&screen.palette.bold(&format!("var.{}{ephemeral}", question.name)));
        if let Some(description) = &question.description {
            description.trim_end().lines().for_each(|line| screen.line(&format!("  {line}")));
            screen.line("");
        }
        screen.write(&format!("  {} ", screen.palette.bold("Enter a value:")));
        let answer = if question.sensitive { screen.read_secret() } else { screen.read_line() };
        screen.line("");
        let Some(answer) = answer else { break };
        request.variables.push(Argument::Answer(question.name, answer));
    }
    request
}
