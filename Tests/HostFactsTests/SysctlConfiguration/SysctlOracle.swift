import Glibc
import TestSupport

@testable import HostFacts

/// The real systemd-sysctl and `sysctl --system`, see `Tests/Oracle/sysctl.py`.
enum SysctlOracle {
  /// What a program assigned: the value of each key that it wrote.
  typealias Answer = [String: [UInt8]]

  /// Why they cannot be asked; nil where they can.
  static let whyMissing: String? = {
    guard geteuid() == 0 else { return "mounting over /proc/sys needs root" }
    for program in [
      "/lib/systemd/systemd-sysctl", "/sbin/sysctl", "/usr/bin/python3", "/usr/bin/unshare",
    ] where unsafe access(program, X_OK) != 0 {
      return "'\(program)' is missing"
    }
    return nil
  }()

  /// Asks about the trees in some directories.
  static func ask(_ trees: [String], keys: [String]) throws -> [[SysctlDialect: Answer]] {
    var program = Subprocess(
      program: "/usr/bin/unshare",
      arguments: [
        "--mount", "--propagation", "private", "/usr/bin/python3",
        "\(Checkout.root)/Tests/Oracle/sysctl.py",
      ])
    program.environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONDONTWRITEBYTECODE=1"]
    program.input = (keys.map { "key \($0)\n" } + trees.map { "tree \($0)\n" }).joined()
    program.timeLimit = 60 + Double(trees.count)
    let result = try program.run()
    guard result.status == 0 else { throw Failure(text: result.errors) }
    var answers: [[SysctlDialect: Answer]] = []
    var current: [SysctlDialect: Answer] = [:]
    for line in result.output.split(separator: "\n") {
      if line == "done" {
        answers.append(current)
        current = [:]
        continue
      }
      guard let dialect = SysctlDialect(rawValue: String(line.prefix { $0 != " " })),
        let equals = line.lastIndex(of: "=")
      else { throw Failure(text: "not understood: \(line)") }
      let key = line[..<equals].dropFirst(dialect.rawValue.count + 1).dropLast()
      current[dialect, default: [:]][String(key)] = bytes(hex: line[equals...].dropFirst())
    }
    guard answers.count == trees.count else {
      throw Failure(text: "\(answers.count) answers for \(trees.count) trees")
    }
    return answers
  }

  struct Failure: Error { var text: String }

  private static func bytes(hex: Substring) -> [UInt8] {
    let digits = hex.compactMap { $0.hexDigitValue }
    return stride(from: 0, to: digits.count - 1, by: 2).map {
      UInt8(digits[$0] * 16 + digits[$0 + 1])
    }
  }

  /// What Sockwise makes of a tree.
  static func ours(_ path: String, _ dialect: SysctlDialect, keys: [String]) -> Answer {
    let boot = SysctlBoot(SysctlSources(of: HostRoot(path), dialect: dialect))
    var answer = Answer()
    for key in keys {
      guard let index = boot.decider(of: SysctlKey(path: Array(key.utf8))),
        let value = boot.statements[index].value
      else { continue }
      answer[key] = value
    }
    return answer
  }

  /// Where the answers differ, in words; nil where they agree.
  static func difference(
    _ path: String, _ answers: [SysctlDialect: Answer], keys: [String]
  ) -> String? {
    for dialect in [SysctlDialect.systemd, .procps] {
      let theirs = answers[dialect] ?? [:]
      let ours = ours(path, dialect, keys: keys)
      guard let key = keys.first(where: { ours[$0] != theirs[$0] }) else { continue }
      return
        "\(dialect): \(key) is \(text(theirs[key])), and Sockwise says \(text(ours[key]))"
    }
    return nil
  }

  private static func text(_ value: [UInt8]?) -> String {
    value.map { String(decoding: $0, as: UTF8.self).debugDescription } ?? "left alone"
  }
}
