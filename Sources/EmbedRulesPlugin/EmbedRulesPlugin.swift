import Foundation
import PackagePlugin

/// Runs `EmbedRules` over `rules/` and `topics/` and adds its output to the target.
///
/// The directories are inputs beside the files, so that a new file is noticed too.
@main
struct EmbedRulesPlugin: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let roots = ["rules", "topics"].map { context.package.directoryURL.appending(path: $0) }
    var files: [URL] = []
    var directories: [URL] = roots
    for root in roots {
      guard
        let tree = FileManager.default.enumerator(
          at: root, includingPropertiesForKeys: [.isDirectoryKey])
      else { continue }
      for case let url as URL in tree {
        if url.pathExtension == "yaml" {
          files.append(url)
        } else if (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true {
          directories.append(url)
        }
      }
    }
    files.sort { $0.path < $1.path }
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedRules.swift")
    return [
      .buildCommand(
        displayName: "Embedding \(files.count) rules and topics",
        executable: try context.tool(named: "EmbedRules").url,
        arguments: roots.map(\.path) + [output.path],
        inputFiles: directories + files,
        outputFiles: [output])
    ]
  }
}
