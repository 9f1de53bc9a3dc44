using System.IO.Compression;
using LusPipeline.ModelTools.Keras;
using LusPipeline.UnitTests.Fuzzing;

namespace LusPipeline.UnitTests.Keras;

/// <summary>Damaged files give an error that names the file, in bounded time and memory, or import all the same.</summary>
public sealed class KerasFuzzTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Damaged_files_never_harm_the_process_that_reads_them()
    {
        if (OwnProcess.Runs<KerasFuzzTests>())
            return;
        Backbone().Write(_folder["model.h5"]);
        var h5 = File.ReadAllBytes(_folder["model.h5"]);
        Fuzz(h5, "fuzzed.h5", seed: 1, rounds: 2000);
        Fuzz(Keras3Archive.Bytes(), "fuzzed.keras", seed: 2, rounds: 600);
        Truncate(h5, "cut.h5");
        Truncate(Keras3Archive.Bytes(), "cut.keras");
    }

    [Fact]
    public void Damaged_structures_of_a_file_that_Keras_wrote_never_harm_the_process_that_reads_them()
    {
        var fixture = SharedData.Require("data", "keras", "fixtures", "mobilenetv2.zip");
        if (OwnProcess.Runs<KerasFuzzTests>())
            return;
        ZipFile.ExtractToDirectory(fixture, _folder.Path);
        var path = _folder["mobilenetv2.h5"];
        var random = new Random(5);
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        for (var round = 0; round < 60; round++)
        {
            // The first of this file's groups and headers lie at its start.
            var at = random.Next(8, 60_000);
            file.Position = at;
            var before = file.ReadByte();
            Put(file, at, (byte)random.Next(256));
            Import(path);
            Put(file, at, (byte)before);
        }
        Assert.True(Import(path));
    }

    private void Truncate(byte[] good, string name)
    {
        var refused = 0;
        for (var length = 0; length < good.Length; length += Math.Max(1, good.Length / 100))
        {
            File.WriteAllBytes(_folder[name], good[..length]);
            refused += Import(_folder[name]) ? 0 : 1;
        }
        Assert.True(refused > 90, $"only {refused} were refused");
    }

    private static void Put(FileStream file, long at, byte value)
    {
        file.Position = at;
        file.WriteByte(value);
        file.Flush();
    }

    private void Fuzz(byte[] good, string name, int seed, int rounds)
    {
        var path = _folder[name];
        File.WriteAllBytes(path, good);
        Assert.True(Import(path));
        var random = new Random(seed);
        var refused = 0;
        rounds = FuzzCases.OrElse(rounds);
        for (var round = 0; round < rounds; round++)
        {
            File.WriteAllBytes(path, Damage.To(good, random));
            refused += Import(path) ? 0 : 1;
        }
        Assert.True(refused > rounds / 20, $"only {refused} of {rounds} were refused");
    }

    /// <returns>Whether it was imported.</returns>
    private bool Import(string path) => Bounds.Hold<KerasImportException>(path, () =>
    {
        using var model = KerasFile.Read(path, null);
        KerasImport.WriteBackbone(model, new BackboneExport(), _folder["out.onnx"]);
    });

    private static TinyModel Backbone()
    {
        var model = new TinyModel(16, 16, 3);
        model.Add("Conv2D", "conv", new { filters = 4, kernel_size = (int[])[3, 3], padding = "same", use_bias = true, activation = "relu" }, ("kernel", [3, 3, 3, 4]), ("bias", [4]));
        model.Add("BatchNormalization", "norm", new { axis = -1, epsilon = 0.001 }, ("gamma", [4]), ("beta", [4]), ("moving_mean", [4]), ("moving_variance", [4]));
        model.Add("SeparableConv2D", "separable", new { filters = 6, kernel_size = (int[])[3, 3], use_bias = false }, ("depthwise_kernel", [3, 3, 4, 1]), ("pointwise_kernel", [1, 1, 4, 6]));
        model.Add("MaxPooling2D", "pool", new { pool_size = (int[])[2, 2] });
        model.Add("GlobalAveragePooling2D", "features", new { });
        return model;
    }
}
