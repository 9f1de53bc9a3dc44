using LusPipeline.IntegrationTests.Run;

namespace LusPipeline.IntegrationTests.Training;

/// <summary>What <c>lus train</c> leaves on a disk that fills while it writes.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const int TooSmall = 16;

    private readonly TemporaryFolder _folder = new();

    public FullDiskTests()
    {
        MadeSet.Write(_folder);
        TinyBundle.Write(_folder["model"], MadeSet.Frames);
        Directory.CreateDirectory(_folder["disk"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nothing_is_left_half_written_and_the_same_command_works_when_there_is_room()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Making a small disk needs root.");
        await using var disk = await SmallDisk.MountAsync(_folder["disk"], TooSmall);
        Assert.SkipUnless(disk.Mounted, "This machine does not mount a tmpfs.");
        var made = await LusProcess.RunAsync(["train", "dataset", _folder["labels.csv"], "--folds", "3", "--out", _folder["folds.json"]]);
        Assert.Equal(0, made.ExitCode);
        (string Made, string[] Command)[] commands =
        [
            ("bundle", ["fit", "--model", _folder["model"], "--out", _folder["disk/bundle"], "--name", "small", .. Head("--inner-folds", "0")]),
            ("report.html", ["evaluate", "--folds", _folder["folds.json"], "--out", _folder["disk/report.html"], .. Head("--inner-folds", "0")]),
            ("tune.html", ["tune", "--folds", _folder["folds.json"], "--trials", "1", "--storage", $"sqlite:///{_folder["disk/tune.db"]}", "--out", _folder["disk/tune.html"]]),
        ];
        foreach (var (result, command) in commands)
        {
            var full = await RunAsync(command);

            Assert.True(full.ExitCode == 1, full.ToString());
            Assert.True(full.ErrorText.Contains("No space left", StringComparison.Ordinal) || full.ErrorText.Contains("is full", StringComparison.Ordinal), full.ToString());
            Assert.False(Path.Exists(_folder[$"disk/{result}"]));
            await disk.GrowAsync(kilobytes: 100_000);
            var again = await RunAsync(command);
            Assert.True(again.ExitCode == 0, again.ToString());
            Assert.True(Path.Exists(_folder[$"disk/{result}"]));
            foreach (var entry in new DirectoryInfo(_folder["disk"]).EnumerateFileSystemInfos())
            {
                if (entry is DirectoryInfo folder)
                    folder.Delete(recursive: true);
                else
                    entry.Delete();
            }
            await disk.GrowAsync(TooSmall);
        }
    }

    private static string[] Head(params string[] more) => ["--head", "gru", "--units", "64", "--dense", "none", "--epochs", "2", .. more];

    private Task<LusResult> RunAsync(string[] command) =>
        LusProcess.RunAsync(["train", .. command, "--features", _folder["set"], "--labels", _folder["labels.csv"]]);
}
