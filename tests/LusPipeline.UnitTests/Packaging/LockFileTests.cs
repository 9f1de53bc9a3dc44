using System.Runtime.CompilerServices;
using System.Text.Json;

namespace LusPipeline.UnitTests.Packaging;

/// <summary>The locks of <c>-p:OnnxRuntimeFlavor=gpu</c> beside those of the ordinary build.</summary>
public sealed class LockFileTests
{
    private const string OnnxRuntime = "Microsoft.ML.OnnxRuntime";
    private const string Fix = "Run: dotnet restore LusPipeline.sln -p:OnnxRuntimeFlavor=gpu";

    public static TheoryData<string> Projects => [.. Directory
        .EnumerateFiles(Root(), "packages.lock.json", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 })
        .Select(file => Path.GetRelativePath(Root(), Path.GetDirectoryName(file)!))
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Both_flavors_lock_the_same_packages_but_for_ONNX_Runtime(string project)
    {
        var gpu = Path.Combine(Root(), project, "packages.gpu.lock.json");

        Assert.True(File.Exists(gpu), $"{project} has no packages.gpu.lock.json. {Fix}");
        Assert.True(
            Packages(Path.Combine(Root(), project, "packages.lock.json")).SetEquals(Packages(gpu)),
            $"{project}/packages.gpu.lock.json is behind. {Fix}");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_package_is_locked_by_its_content(string project)
    {
        foreach (var file in new[] { "packages.lock.json", "packages.gpu.lock.json" })
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root(), project, file)));
            var packages = document.RootElement.GetProperty("dependencies").EnumerateObject().SelectMany(framework => framework.Value.EnumerateObject())
                .Where(package => package.Value.GetProperty("type").GetString() != "Project").ToList();

            Assert.All(packages, package => Assert.Equal(64, Convert.FromBase64String(package.Value.GetProperty("contentHash").GetString()!).Length));
        }
    }

    [Fact]
    public void The_flavors_differ_in_ONNX_Runtime()
    {
        var folder = Path.Combine(Root(), "src", "LusPipeline.Models");

        Assert.Contains("Microsoft.ML.OnnxRuntime.Gpu.Linux", File.ReadAllText(Path.Combine(folder, "packages.gpu.lock.json")), StringComparison.Ordinal);
        Assert.DoesNotContain("Microsoft.ML.OnnxRuntime.Gpu", File.ReadAllText(Path.Combine(folder, "packages.lock.json")), StringComparison.Ordinal);
    }

    private static HashSet<(string Framework, string Package, string? Version, string? Hash)> Packages(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return
        [
            .. from framework in document.RootElement.GetProperty("dependencies").EnumerateObject()
               from package in framework.Value.EnumerateObject()
               where !package.Name.StartsWith(OnnxRuntime, StringComparison.OrdinalIgnoreCase)
               select (framework.Name, package.Name, Text(package.Value, "resolved"), Text(package.Value, "contentHash")),
        ];
    }

    private static string? Text(JsonElement package, string property) => package.TryGetProperty(property, out var value) ? value.GetString() : null;

    private static string Root([CallerFilePath] string source = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", ".."));
}
