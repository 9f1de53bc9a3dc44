using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;

namespace LusPipeline.UnitTests.Training;

public sealed class GroupedFoldsTests
{
    [Fact]
    public void A_patient_is_in_one_fold_and_every_class_in_every_fold()
    {
        var items = Patients(seed: 5, patients: 60);

        var folds = GroupedFolds.Assign(items, 5, seed: 0);

        Assert.All(items.Zip(folds).GroupBy(pair => pair.First.Group), patient => Assert.Single(patient.Select(pair => pair.Second).Distinct()));
        foreach (var diagnosis in Enum.GetValues<Diagnosis>())
        {
            var counts = items.Zip(folds).Where(pair => pair.First.Label == diagnosis).CountBy(pair => pair.Second).Select(pair => pair.Value).ToArray();
            Assert.Equal(5, counts.Length);
            Assert.InRange(counts.Max() - counts.Min(), 0, 3);
        }
    }

    [Fact]
    public void Groups_of_one_are_spread_as_evenly_as_can_be()
    {
        var items = Enumerable.Range(0, 33).Select(video => ($"{video}", (Diagnosis)(video % 3))).ToArray();

        var folds = GroupedFolds.Assign(items, 5, seed: 0);

        Assert.All(items.Zip(folds).GroupBy(pair => (pair.First.Item2, pair.Second)), group => Assert.InRange(group.Count(), 2, 3));
    }

    [Fact]
    public void A_seed_repeats_the_folds_whatever_the_order_of_the_videos()
    {
        var items = Patients(seed: 1, patients: 30);
        var folds = items.Zip(GroupedFolds.Assign(items, 3, seed: 4)).DistinctBy(pair => pair.First.Group).ToDictionary(pair => pair.First.Group, pair => pair.Second);
        var reversed = items.Reverse().ToArray();

        Assert.Equal(reversed.Select(item => folds[item.Group]), GroupedFolds.Assign(reversed, 3, seed: 4));
        Assert.NotEqual(GroupedFolds.Assign(items, 3, seed: 4), GroupedFolds.Assign(items, 3, seed: 5));
    }

    [Theory]
    [InlineData(3, "3 patients cannot be spread over 4 folds")]
    [InlineData(11, "3 patients have videos with the label healthy")]
    public void Too_few_patients_are_an_error(int patients, string expected)
    {
        var items = Enumerable.Range(0, patients).Select(patient => ($"{patient}", (Diagnosis)(patient % 3))).ToArray();

        Assert.Contains(expected, Assert.Throws<TrainingDataException>(() => GroupedFolds.Assign(items, 4, 0)).Message, StringComparison.Ordinal);
    }

    /// <summary>Patients with one to seven videos of one class.</summary>
    private static (string Group, Diagnosis Label)[] Patients(int seed, int patients)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, patients).SelectMany(patient => Enumerable.Repeat(($"p{patient}", (Diagnosis)(patient % 3)), random.Next(1, 8)))];
    }
}
