import Foundation
import PackagePlugin

/// Runs `EmbedRules` over `rules/` and adds its output to the target.
///
/// The directories are inputs beside the files, so that a new file is noticed too.
@main
struct EmbedRulesPlugin: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let rules = context.package.directoryURL.appending(path: "rules")
    var files: [URL] = []
    var directories: [URL] = [rules]
    if let tree = FileManager.default.enumerator(
      at: rules, includingPropertiesForKeys: [.isDirectoryKey])
    {
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
        displayName: "Embedding \(files.count) rules",
        executable: try context.tool(named: "EmbedRules").url,
        arguments: [rules.path, output.path],
        inputFiles: directories + files,
        outputFiles: [output])
    ]
  }
}
