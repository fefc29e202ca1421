import TestSupport
import Testing

/// What README.md and .pre-commit-hooks.yaml tell pipelines to run, run.
@Suite struct PipelineTests {
  /// A command, and the file that it is to write.
  struct Example: Sendable {
    var command: String
    var written: String?
  }

  /// Lines that run the program in the YAML of the README.
  private static let examples: [Example] = {
    guard let readme = try? TextFile.read(Checkout.root + "/README.md"),
      let hooks = try? TextFile.read(Checkout.root + "/.pre-commit-hooks.yaml")
    else { return [] }
    return (readme + hooks).split(separator: "\n").compactMap { line in
      var words = line.split(separator: " ")
      while let first = words.first, ["-", "run:", "entry:"].contains(first) { words.removeFirst() }
      guard line.hasPrefix(" "), words.first == "sockwise", words.dropFirst().first == "review"
      else {
        return nil
      }
      let written = words.last { $0.contains("=") }?.split(separator: "=").last
      return Example(command: words.joined(separator: " "), written: written.map(String.init))
    }
  }()

  @Test func thereAreExamples() {
    #expect(
      Self.examples.map(\.command) == [
        "sockwise review --output sarif=sockwise.sarif",
        "sockwise review --output junit=sockwise.xml", "sockwise review",
      ])
  }

  @Test(arguments: examples)
  func doesWhatItSays(_ example: Example) throws {
    let directory = try TemporaryDirectory()
    let shop = Checkout.root + "/Tests/Fixtures/repositories/shop"
    let bin = BuiltBinary.path.split(separator: "/").dropLast().map { "/\($0)" }.joined()
    let result = try Subprocess(
      program: "/bin/sh",
      arguments: [
        "-euc",
        "cp -r '\(shop)' '\(directory.path)/shop'; cd '\(directory.path)/shop'; PATH='\(bin)':$PATH; "
          + example.command,
      ]
    ).run()
    #expect(result.status == 1, "\(result.errors)")
    #expect(result.output.contains("HIGH"))
    if let written = example.written {
      let text = try TextFile.read(directory.path("shop/\(written)"))
      #expect(text.contains("sysctl-value-refused"))
    }
  }

  /// The configuration in the README is one that works.
  @Test func theConfigurationIsRight() throws {
    let readme = try TextFile.read(Checkout.root + "/README.md")
    let start = try #require(readme.place(of: "```yaml\nskip: "))
    let rest = readme[start...].dropFirst("```yaml\n".count)
    let lines = rest.split(separator: "\n", omittingEmptySubsequences: false)
    let text = lines.prefix { $0 != "```" }.joined(separator: "\n")
    let directory = try TemporaryDirectory()
    try TextFile.write(text + "\n", to: directory.path(".sockwise.yaml"))
    try TextFile.write("vm.swappiness = 10\n", to: directory.path("x.conf"))
    let result = try BuiltBinary.run(["review", directory.path])
    #expect(result.errors == "")
    #expect(result.status == 0)
  }
}

extension String {
  /// Where a text begins in this one.
  fileprivate func place(of text: String) -> Index? {
    indices.first { self[$0...].hasPrefix(text) }
  }
}
