using System.Text.Json;
using Microsoft.Extensions.Configuration.Json;

namespace LusPipeline.Hosting.Settings;

/// <summary>Settings from the JSON file. A file that cannot be read gives a problem and no settings.</summary>
/// <param name="path">The file; null for none.</param>
/// <param name="name">What the file is called in what is shown of its settings.</param>
internal sealed class FileProvider(string? path, string name, List<SettingProblem> problems) : JsonStreamConfigurationProvider(new())
{
    public SettingOrigin Origin { get; } = new(SettingOrigin.FileKind, name);

    public override void Load()
    {
        if (path is null)
            return;
        try
        {
            using var stream = File.OpenRead(path);
            Load(stream);
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            Add(unread is FileNotFoundException or DirectoryNotFoundException
                ? "there is no such file. Give the path of a JSON file with settings."
                : "the file cannot be read. Check its permissions.");
        }
        catch (JsonException broken)
        {
            Add($"is not JSON: line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1} of it. Mend the file.");
        }
        catch (InvalidOperationException)
        {
            Add("is not a settings file: a text in it is not valid Unicode. Mend the file.");
        }
        catch (FormatException doubled)
        {
            Add($"is not a settings file: {doubled.Message}");
        }
    }

    private void Add(string problem) => problems.Add(new("--config", Origin, problem));
}
