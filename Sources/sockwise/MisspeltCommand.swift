import ArgumentParser
import CEL
import Reports

/// A word in the place of a subcommand that is none, and the one that was probably meant. The
/// argument parser suggests options only.
struct MisspeltCommand {
  var word: String
  var suggestion: String

  /// Follows the words of a command line down to the first that names no subcommand.
  init?(_ arguments: [String], of root: any ParsableCommand.Type = Sockwise.self) {
    var command = root
    for word in arguments {
      let subcommands = command.configuration.subcommands
      guard !subcommands.isEmpty, !word.hasPrefix("-") else { return nil }
      if let next = subcommands.first(where: { $0.configuration.commandName == word }) {
        command = next
        continue
      }
      let names = subcommands.compactMap { $0.configuration.commandName } + ["help"]
      guard let suggestion = Suggestion.nearest(to: word, among: names) else { return nil }
      self.word = word
      self.suggestion = suggestion
      return
    }
    return nil
  }

  /// The message of the argument parser with the suggestion in its first line, worded as its own are:
  /// that line objects to the word, or to an option after it that only the right word has.
  func completing(_ message: String) -> String {
    "Error: Unexpected argument '\(word.shown)'. Did you mean '\(suggestion)'?"
      + message.drop { $0 != "\n" }
  }
}
