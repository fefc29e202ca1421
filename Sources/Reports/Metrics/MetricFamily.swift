import JSON

/// Gauges of one name, as Prometheus reads them: its text exposition format, version 0.0.4.
struct MetricFamily {
  let name: String
  /// One line without backslashes; the same in every file, as node_exporter wants it.
  let help: String
  /// Names of the labels.
  let labels: [String]
  /// In the order of the file.
  private(set) var samples: [Sample] = []

  /// One number, and what it is of.
  struct Sample {
    /// The texts of the labels. One without text is left out, which Prometheus takes for the same.
    var texts: [String]
    /// Finite.
    var value: Double
  }

  init(_ name: String, _ labels: [String], _ help: String) {
    self.name = name
    self.labels = labels
    self.help = help
  }

  /// Adds a sample; none where nobody knows the number, because 0 would be a claim.
  mutating func add(_ value: Double?, _ texts: String...) {
    guard let value, value.isFinite else { return }
    samples.append(Sample(texts: texts, value: value))
  }

  mutating func add(_ value: Int?, _ texts: String...) {
    guard let value else { return }
    samples.append(Sample(texts: texts, value: Double(value)))
  }

  /// The lines of the family: HELP and TYPE also where it has no sample, so that they do not come
  /// and go.
  var text: String {
    var text = "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
    for sample in samples {
      let labels = zip(labels, sample.texts).filter { !$0.1.isEmpty }
        .map { "\($0)=\"\(Self.escaped($1))\"" }
      text += name + (labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}")
      text += " \(Self.digits(sample.value))\n"
    }
    return text
  }

  /// A label's text in double quotes. What could act on a terminal becomes `\u{1b}` first.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.shown.unicodeScalars {
      if scalar == "\\" || scalar == "\"" { escaped += "\\" }
      escaped.unicodeScalars.append(scalar)
    }
    return escaped
  }

  /// Whole numbers without a point, up to where a Double holds each.
  private static func digits(_ value: Double) -> String {
    let whole = Int64(exactly: value)
    return whole.map { $0.magnitude < 1 << 53 ? "\($0)" : "\(value)" } ?? "\(value)"
  }
}
