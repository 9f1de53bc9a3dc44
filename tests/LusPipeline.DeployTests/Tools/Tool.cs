using System.Diagnostics;

namespace LusPipeline.DeployTests.Tools;

/// <summary>What a program said.</summary>
internal sealed record Said(int ExitCode, string Output, string Errors)
{
    public string All => Output + Errors;

    /// <summary>The output of a program that succeeded.</summary>
    public string Succeeded()
    {
        Assert.True(ExitCode == 0, All);
        return Output;
    }
}

/// <summary>A program of the machine, or of the folder that <c>LUS_DEPLOY_TOOLS</c> names.</summary>
internal sealed class Tool(string name, string fix)
{
    private readonly string? _path = Find(name);

    /// <summary>Folder of helm and kubectl that <c>tests/run.sh deploy</c> has filled.</summary>
    public static string? Folder { get; } = Environment.GetEnvironmentVariable("LUS_DEPLOY_TOOLS") is { Length: > 0 } folder ? folder : null;

    /// <summary>Runs it; the test is skipped where it is missing.</summary>
    /// <param name="environment">Variables beside those of this process.</param>
    public Task<Said> RunAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? input = null)
    {
        Assert.SkipWhen(_path is null, $"{name} is missing: {fix}");
        return StartAsync(_path!, arguments, environment, input);
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<Said> StartAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? input = null, string? folder = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? Repository.Root,
        };
        foreach (var (variable, value) in environment ?? new Dictionary<string, string>())
            start.Environment[variable] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellation);
        return new(process.ExitCode, await output, await errors);
    }

    private static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Prepend(Folder ?? "")
        .Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
