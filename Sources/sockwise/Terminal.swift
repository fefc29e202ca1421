import Glibc
import Reports

/// Writes text to standard output, whole, or says why not. A reader that has gone away is no error.
func printOutput(_ text: String) throws(OutputError) {
  try OutputRequest.Destination.standardOutput.write(Array(text.utf8))
}

/// Writes a line to standard error; where that fails there is nobody left to tell.
func printError(_ line: String, terminator: String = "\n") {
  var rest = Array((line + terminator).utf8)[...]
  while !rest.isEmpty {
    let count = unsafe rest.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
    if count < 0 {
      if errno == EINTR { continue }
      return
    }
    rest = rest.dropFirst(count)
  }
}

/// What a person's terminal can show.
enum Terminal {
  /// Colour only on a terminal that has it, and never against the wish of NO_COLOR
  /// (https://no-color.org).
  static var usesColour: Bool {
    guard isatty(1) == 1, environment("NO_COLOR") == nil else { return false }
    return environment("TERM").map { $0 != "dumb" } ?? false
  }

  /// Whether a line of standard error can be written over.
  static var showsProgress: Bool {
    isatty(2) == 1 && environment("TERM").map { $0 != "dumb" } ?? false
  }

  /// Columns of the terminal; 80 where the output is not one, so that files are the same anywhere.
  static var width: Int {
    var size = winsize()
    guard unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// The language of messages in the locale: the first variable that is set decides (locale(7)).
  static var language: Language {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment($0) }.first
    return locale.map(Language.init(locale:)) ?? .english
  }

  /// A variable of the environment; nil where it is unset or empty.
  private static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }
}

extension RenderOptions {
  /// For standard output as it is.
  static var ofTerminal: RenderOptions {
    RenderOptions(width: Terminal.width, style: Terminal.usesColour ? .coloured : .plain)
  }
}
