using System.Runtime.InteropServices;

namespace LusPipeline.Training.Fitting;

/// <summary>How far a training is: all that it needs to go on as if it had not stopped.</summary>
internal sealed class FitProgress
{
    /// <summary>The parameters of the members that are finished.</summary>
    public List<float[][]> Members { get; } = [];

    public List<FitEpoch> Log { get; } = [];

    /// <summary>The number of epochs that the present member has finished.</summary>
    public int Epoch { get; set; }

    /// <summary>The present member's parameters and moments after these epochs; empty at its start.</summary>
    public float[][] State { get; set; } = [];

    /// <summary>The parameters of the present member's best epoch so far; empty without early stopping.</summary>
    public float[][] Best { get; set; } = [];

    public double BestLoss { get; set; } = double.PositiveInfinity;

    /// <summary>The number of epochs since the best one.</summary>
    public int SinceBest { get; set; }

    /// <summary>Goes on to the next member.</summary>
    public void Finish(float[][] weights)
    {
        Members.Add(weights);
        (Epoch, State, Best, BestLoss, SinceBest) = (0, [], [], double.PositiveInfinity, 0);
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(Members.Count);
        foreach (var member in Members)
            Write(writer, member);
        writer.Write(Log.Count);
        foreach (var epoch in Log)
        {
            writer.Write(epoch.Member);
            writer.Write(epoch.Members);
            writer.Write(epoch.Epoch);
            writer.Write(epoch.Epochs);
            writer.Write(epoch.Loss);
            writer.Write(epoch.Accuracy);
            writer.Write(epoch.ValidationLoss ?? double.NaN);
            writer.Write(epoch.ValidationAccuracy ?? double.NaN);
            writer.Write(epoch.Remaining.Ticks);
        }
        writer.Write(Epoch);
        Write(writer, State);
        Write(writer, Best);
        writer.Write(BestLoss);
        writer.Write(SinceBest);
    }

    public static FitProgress Read(BinaryReader reader)
    {
        var progress = new FitProgress();
        for (var members = reader.ReadInt32(); members > 0; members--)
            progress.Members.Add(ReadArrays(reader));
        for (var epochs = reader.ReadInt32(); epochs > 0; epochs--)
        {
            progress.Log.Add(new(
                reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadDouble(), reader.ReadDouble(),
                Known(reader.ReadDouble()), Known(reader.ReadDouble()), TimeSpan.FromTicks(reader.ReadInt64())));
        }
        progress.Epoch = reader.ReadInt32();
        progress.State = ReadArrays(reader);
        progress.Best = ReadArrays(reader);
        progress.BestLoss = reader.ReadDouble();
        progress.SinceBest = reader.ReadInt32();
        return progress;
    }

    private static double? Known(double value) => double.IsNaN(value) ? null : value;

    private static void Write(BinaryWriter writer, float[][] arrays)
    {
        writer.Write(arrays.Length);
        foreach (var array in arrays)
        {
            writer.Write(array.Length);
            writer.Write(MemoryMarshal.AsBytes(array.AsSpan()));
        }
    }

    private static float[][] ReadArrays(BinaryReader reader)
    {
        var arrays = new float[reader.ReadInt32()][];
        for (var i = 0; i < arrays.Length; i++)
        {
            arrays[i] = new float[reader.ReadInt32()];
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(arrays[i].AsSpan()));
        }
        return arrays;
    }
}
