using LusPipeline.Models.Inference;
using LusPipeline.Training.Heads;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.Training.Fitting;

/// <summary>Runs training steps and evaluations of one head on ONNX Runtime.</summary>
internal sealed class HeadSession : IDisposable
{
    private readonly InferenceSession _stepSession;
    private readonly InferenceSession _evaluationSession;
    private readonly OrtIoBinding[] _steps;
    private readonly OrtIoBinding[] _evaluations;
    private readonly RunOptions _runOptions = new();
    private readonly OrtValue[] _masks;
    private readonly IReadOnlyList<DropoutMask> _maskInputs;
    private readonly OrtValue _rate = ClipBatch.Allocate();
    private readonly OrtValue _decay = ClipBatch.Allocate();
    private readonly OrtValue _loss = ClipBatch.Allocate();
    private readonly OrtValue _probabilities;

    /// <param name="clips">N, the number of clips of a batch.</param>
    /// <param name="frames">T.</param>
    /// <param name="features">D.</param>
    public HeadSession(HeadOptions head, FitOptions fit, int clips, int frames, int features, Standardization? standardization)
    {
        var step = TrainingGraph.Step(head, clips, frames, features, fit.ClipNorm);
        var evaluation = TrainingGraph.Evaluation(head, clips, frames, features);
        _stepSession = OnnxSession.OpenInMemory(step.Model);
        _evaluationSession = OnnxSession.OpenInMemory(evaluation.Model);
        _maskInputs = step.Masks;
        _masks = [.. step.Masks.Select(mask => ClipBatch.Allocate(mask.Shape))];
        _probabilities = ClipBatch.Allocate(clips, HeadLayout.Classes);
        Batch = new ClipBatch(clips, frames, features, standardization);
        States = new ParameterStates(step.Parameters);
        _steps = [.. Enumerable.Range(0, 2).Select(BindStep)];
        _evaluations = [.. Enumerable.Range(0, 2).Select(BindEvaluation)];
    }

    public ClipBatch Batch { get; }

    public ParameterStates States { get; }

    /// <summary>The loss of the last step, before its update.</summary>
    public float Loss => _loss.GetTensorDataAsSpan<float>()[0];

    /// <summary>The probabilities of the last step or evaluation, [N, 3].</summary>
    public ReadOnlySpan<float> Probabilities => _probabilities.GetTensorDataAsSpan<float>();

    /// <summary>Makes one step with what is in <see cref="Batch"/>.</summary>
    /// <param name="rate">The learning rate.</param>
    /// <param name="decay">The weight decay, at a learning rate of 1.</param>
    /// <param name="number">The number of this step, from 1.</param>
    /// <param name="random">Makes the dropout masks.</param>
    public void Step(double rate, double decay, long number, Random random)
    {
        for (var i = 0; i < _masks.Length; i++)
            _maskInputs[i].Fill(_masks[i].GetTensorMutableDataAsSpan<float>(), random);
        var corrected = rate * Math.Sqrt(1 - Math.Pow(TrainingGraph.Beta2, number)) / (1 - Math.Pow(TrainingGraph.Beta1, number));
        _rate.GetTensorMutableDataAsSpan<float>()[0] = (float)corrected;
        _decay.GetTensorMutableDataAsSpan<float>()[0] = (float)(1 - (rate * decay));
        _stepSession.RunWithBinding(_runOptions, _steps[States.Current]);
        States.Swap();
    }

    /// <summary>Computes the probabilities of what is in <see cref="Batch"/>, without dropout.</summary>
    public void Evaluate() => _evaluationSession.RunWithBinding(_runOptions, _evaluations[States.Current]);

    public void Dispose()
    {
        foreach (var binding in _steps.Concat(_evaluations))
            binding.Dispose();
        _stepSession.Dispose();
        _evaluationSession.Dispose();
        _runOptions.Dispose();
        foreach (var value in _masks.Concat([_rate, _decay, _loss, _probabilities]))
            value.Dispose();
        Batch.Dispose();
        States.Dispose();
    }

    private OrtIoBinding BindStep(int set)
    {
        var binding = _stepSession.CreateIoBinding();
        binding.BindInput(TrainingGraph.Features, Batch.Features);
        binding.BindInput(TrainingGraph.Targets, Batch.Targets);
        binding.BindInput(TrainingGraph.ClipWeights, Batch.Weights);
        binding.BindInput(TrainingGraph.Rate, _rate);
        binding.BindInput(TrainingGraph.Decay, _decay);
        for (var i = 0; i < _masks.Length; i++)
            binding.BindInput(_maskInputs[i].Name, _masks[i]);
        for (var i = 0; i < States.Parameters.Count; i++)
        {
            var names = TrainingGraph.StateOf(States.Parameters[i]);
            for (var state = 0; state < names.Length; state++)
            {
                binding.BindInput(names[state], States.Set(set)[i][state]);
                binding.BindOutput(TrainingGraph.NextOf(names[state]), States.Set(1 - set)[i][state]);
            }
        }
        binding.BindOutput(TrainingGraph.Loss, _loss);
        binding.BindOutput(TrainingGraph.Probabilities, _probabilities);
        return binding;
    }

    private OrtIoBinding BindEvaluation(int set)
    {
        var binding = _evaluationSession.CreateIoBinding();
        binding.BindInput(TrainingGraph.Features, Batch.Features);
        for (var i = 0; i < States.Parameters.Count; i++)
            binding.BindInput(States.Parameters[i].Name, States.Set(set)[i][0]);
        binding.BindOutput(TrainingGraph.Probabilities, _probabilities);
        return binding;
    }
}
