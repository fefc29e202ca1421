/// A way to print a report: a file of its own in this module and one line in `all`.
public struct ReportFormat: Sendable {
  /// Name on the command line.
  public let name: String
  /// One line for `--help`.
  public let abstract: String
  /// What the program that reads its files wants of them; nil where any will do.
  let file: FileDemand?
  /// The report as UTF-8, ending in a newline.
  public let render: @Sendable (Report, RenderOptions) -> [UInt8]

  /// What the names of its files must end in; empty where that is all the same.
  public var fileSuffix: String { file?.suffix ?? "" }

  /// What a program that reads a file demands of it.
  struct FileDemand: Sendable {
    /// How its name ends; of another it takes no notice.
    var suffix: String
    /// Mode bits, whatever the umask: the reader is another user.
    var mode: UInt32
  }

  init(
    name: String, abstract: String, file: FileDemand? = nil,
    render: @escaping @Sendable (Report, RenderOptions) -> [UInt8]
  ) {
    self.name = name
    self.abstract = abstract
    self.file = file
    self.render = render
  }

  public static let all: [ReportFormat] = [
    .text,
    .json,
    .sarif,
    .junit,
    .github,
    .markdown,
    .html,
    .prometheus,
    .baseline,
  ]

  /// The format of that name.
  public static func named(_ name: String) -> ReportFormat? { all.first { $0.name == name } }
}

/// What the reader asked for. Formats for machines take no notice of it.
public struct RenderOptions: Sendable {
  /// Columns of the terminal.
  public var width: Int
  public var style: Style
  public var verbosity: Verbosity

  public init(width: Int = 80, style: Style = .plain, verbosity: Verbosity = .normal) {
    self.width = width
    self.style = style
    self.verbosity = verbosity
  }

  public enum Verbosity: Comparable, Sendable { case quiet, normal, verbose }
}
