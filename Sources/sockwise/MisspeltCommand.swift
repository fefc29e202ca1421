import ArgumentParser
import CEL

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

  /// The message of the argument parser with the suggestion, worded as its own are.
  func completing(_ message: String) -> String {
    let objection = "Unexpected argument '\(word)'"
    guard let place = message.firstRange(of: objection) else { return message }
    return message[..<place.upperBound] + ". Did you mean '\(suggestion)'?"
      + message[place.upperBound...]
  }
}
