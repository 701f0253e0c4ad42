//! The graph in Graphviz's language.

use std::fmt::Write as _;

use super::{Graph, Node};
use crate::addr::escape;

/// Resources and what they depend on, as `digraph`.
pub fn to_dot(graph: &Graph) -> String {
    let mut out = String::from("digraph {\n\trankdir = \"RL\";\n\tnode [shape = rect, fontname = \"sans-serif\"];\n");
    let mut nodes: Vec<&Node> = graph.nodes().filter(|n| matches!(n, Node::Resource(_))).collect();
    nodes.sort();
    for node in &nodes {
        let name = escape(&node.to_string());
        let _ = writeln!(out, "\t\"{name}\" [label=\"{name}\"];");
    }
    for node in &nodes {
        for dependency in graph.nearest_resources(node) {
            let _ = writeln!(out, "\t\"{}\" -> \"{}\";", escape(&node.to_string()), escape(&dependency.to_string()));
        }
    }
    out.push_str("}\n");
    out
}
