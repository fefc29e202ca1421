/// A real systemd, booted in namespaces of its own by `Tests/Oracle/systemd`; ended with this object.
public final class BootedSystemd: Sendable {
  /// Why this machine does not allow it, for tests that skip.
  public struct Refusal: Error, CustomStringConvertible {
    public var description: String
  }

  private let state: TemporaryDirectory
  public let pid: Int

  private static let script = "\(Checkout.root)/Tests/Oracle/systemd"
  private static let path = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]

  public init() throws {
    state = try TemporaryDirectory()
    var start = Subprocess(program: Self.script, arguments: ["start", state.path])
    start.environment = Self.path
    let result = try start.run()
    guard result.status == 0, let text = try? TextFile.read(state.path("init.pid")),
      let pid = Int(text.trimmingBlanks)
    else { throw Refusal(description: result.errors.trimmingBlanks) }
    self.pid = pid
  }

  deinit {
    var stop = Subprocess(program: Self.script, arguments: ["stop", state.path])
    stop.environment = Self.path
    _ = try? stop.run()
  }

  /// Its files, as this process reaches them.
  public var root: String { "/proc/\(pid)/root" }

  /// Runs a program inside.
  @discardableResult
  public func run(_ arguments: [String]) throws -> Subprocess.Result {
    var inside = Subprocess(
      program: "/usr/bin/nsenter", arguments: ["-t", "\(pid)", "-a", "--"] + arguments)
    inside.environment = Self.path
    inside.timeLimit = 300
    return try inside.run()
  }

  public func reload() throws {
    let result = try run(["systemctl", "daemon-reload"])
    guard result.status == 0 else { throw Refusal(description: result.errors) }
  }

  /// `systemctl show` of units, by the name asked for.
  public func show(_ units: [String], _ properties: [String]) throws -> [String: [String: [String]]]
  {
    var shown: [String: [String: [String]]] = [:]
    for start in stride(from: 0, to: units.count, by: 200) {
      let part = Array(units[start..<min(start + 200, units.count)])
      let result = try run(
        ["systemctl", "show", "--all", "--property=\(properties.joined(separator: ","))", "--"]
          + part)
      let blocks = result.output.split(separator: "\n\n", omittingEmptySubsequences: true)
      guard blocks.count == part.count else {
        throw Refusal(
          description: "asked for \(part.count) units, got \(blocks.count): \(result.errors)")
      }
      for (name, block) in zip(part, blocks) {
        var values: [String: [String]] = [:]
        for line in block.split(separator: "\n") {
          guard let equals = line.firstIndex(of: "=") else { continue }
          values[String(line[..<equals]), default: []]
            .append(String(line[line.index(after: equals)...]))
        }
        shown[name] = values
      }
    }
    return shown
  }
}

extension String {
  fileprivate var trimmingBlanks: String {
    var text = Substring(self)
    while text.last?.isWhitespace == true { text.removeLast() }
    while text.first?.isWhitespace == true { text.removeFirst() }
    return String(text)
  }
}
