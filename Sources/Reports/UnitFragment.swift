public import Rules

/// A remedy as a drop-in of a systemd unit, see systemd.unit(5).
public struct UnitFragment: Hashable, Sendable {
  /// Name of the unit, such as "api.service".
  public var unit: String
  /// Sections and settings, such as `[Service]` and `RestartSec=65`.
  public var lines: [String]

  /// The settings of a remedy: each pairs the unit's name with a line.
  public init?(_ settings: [Remediation.Setting]) {
    guard let first = settings.first else { return nil }
    unit = first.key.shown
    // Escaped, so that nothing in a value can begin a line of its own.
    lines = settings.map(\.value.shown)
  }

  /// Where 'systemctl edit --drop-in=60-sockwise' puts it.
  public var path: String { "/etc/systemd/system/\(unit).d/60-sockwise.conf" }

  /// One line each, with a newline after it.
  public var text: String { lines.map { $0 + "\n" }.joined() }
}
