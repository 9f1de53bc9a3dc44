using System.Text.Json;

namespace LusPipeline.ModelTools.Keras.Graph;

/// <summary>
/// A model without nested models, as a list of steps. Each step comes after the steps whose values it reads. A nested model is expanded at each of its
/// calls; a shared layer is one layer with several steps.
/// </summary>
internal sealed class LayerGraph
{
    private const int MaxSteps = 100_000;

    /// <summary>Most expanded models. Nested models multiply: a few hundred bytes of JSON could otherwise need endless time.</summary>
    private const int MaxModels = 10_000;

    private readonly List<GraphStep> _steps = [];
    private readonly Dictionary<string, int> _valueByPlace = new(StringComparer.Ordinal);
    private int _values;
    private int _models;

    private LayerGraph(ModelDefinition model)
    {
        InputShapes = model.InputShapes;
        Inputs = [.. model.Inputs.Select(_ => _values++)];
        Outputs = LayOut(model, Inputs);
    }

    public IReadOnlyList<int> Inputs { get; }

    public IReadOnlyList<int?[]> InputShapes { get; }

    public IReadOnlyList<int> Outputs { get; }

    public static LayerGraph Build(ModelDefinition model) => new(model);

    /// <summary>The steps that a value needs, in order. All other steps are left out.</summary>
    /// <param name="value">Number of the value.</param>
    /// <param name="given">Values that are already available.</param>
    public IReadOnlyList<GraphStep> StepsTo(int value, params IReadOnlyList<int> given)
    {
        var needed = new HashSet<int> { value };
        var steps = new List<GraphStep>();
        for (var i = _steps.Count - 1; i >= 0; i--)
        {
            if (!needed.Contains(_steps[i].Output) || given.Contains(_steps[i].Output))
                continue;
            needed.UnionWith(_steps[i].Inputs);
            steps.Add(_steps[i]);
        }
        steps.Reverse();
        return steps;
    }

    /// <summary>
    /// For a model of whole clips [T,H,W,C]: the value at which the processing of single frames ends. It is the value of the last TimeDistributed layer
    /// before any layer that sees several time steps. Null if there is none.
    /// </summary>
    public int? EndOfFrames()
    {
        var perFrame = new HashSet<int>(Inputs);
        var inside = new HashSet<int>();
        int? end = null;
        foreach (var step in StepsTo(Outputs[0]))
        {
            if (step.Kind == GraphStepKind.Layer && step.Inputs.All(inside.Contains))
                inside.Add(step.Output);
            if (step.Kind == GraphStepKind.FoldTime && step.Inputs.All(perFrame.Contains))
                inside.Add(step.Output);
            if (step.Kind == GraphStepKind.UnfoldTime && inside.Contains(step.Inputs[0]))
            {
                perFrame.Add(step.Output);
                end = step.Output;
            }
        }
        return end;
    }

    /// <summary>Converts steps of a model of clips to steps on single frames, with time as the batch throughout.</summary>
    /// <exception cref="ImportProblemException">One of the steps sees several time steps.</exception>
    public IReadOnlyList<GraphStep> FrameStepsTo(int value)
    {
        var inside = new HashSet<int>();
        var steps = StepsTo(value);
        foreach (var step in steps)
        {
            if (step.Kind != GraphStepKind.UnfoldTime && (step.Kind == GraphStepKind.FoldTime || step.Inputs.All(inside.Contains)))
                inside.Add(step.Output);
            else if (step.Kind == GraphStepKind.Layer)
                throw new ImportProblemException($"{step.Layer} sees several frames; features come from layers that see one (TimeDistributed).");
        }
        return [.. steps.Select(step => step.Kind == GraphStepKind.Layer ? step : step with { Kind = GraphStepKind.Same })];
    }

    /// <summary>The value of a layer that the user names: by its path (<c>model/layer</c>), or by its own name if that is unique.</summary>
    /// <exception cref="ImportProblemException">There is no such layer, or there are several.</exception>
    public int ValueOf(string layer)
    {
        if (_valueByPlace.TryGetValue(layer, out var value))
            return value;
        var places = _valueByPlace.Keys.Where(place => place.EndsWith("/" + layer, StringComparison.Ordinal)).ToList();
        return places switch
        {
            [var only] => _valueByPlace[only],
            [] => throw new ImportProblemException(
                $"it has no layer '{layer}'; its last layers are {string.Join(", ", _valueByPlace.Keys.TakeLast(8).Select(place => $"'{place}'"))}."),
            _ => throw new ImportProblemException($"several layers are named '{layer}': {string.Join(", ", places.Take(8).Select(place => $"'{place}'"))}."),
        };
    }

    /// <summary>
    /// The step at which a classifier's features end. It is the output if that is pooled or flattened, otherwise the last global pooling before it,
    /// otherwise the last flattening.
    /// </summary>
    public GraphStep? LastFeatures(int output)
    {
        var steps = StepsTo(output);
        if (steps is [.., var last] && (IsGlobalPooling(last) || IsFlattening(last)))
            return last;
        return steps.LastOrDefault(IsGlobalPooling) ?? steps.LastOrDefault(IsFlattening);
    }

    private static bool IsGlobalPooling(GraphStep step) =>
        step.Kind == GraphStepKind.Layer
        && step.Layer.ClassName is "GlobalAveragePooling2D" or "GlobalMaxPooling2D" or "GlobalAvgPool2D" or "GlobalMaxPool2D";

    private static bool IsFlattening(GraphStep step) => step.Kind == GraphStepKind.Layer && step.Layer.ClassName is "Flatten";

    private int[] LayOut(ModelDefinition model, IReadOnlyList<int> inputs)
    {
        if (++_models > MaxModels)
            throw new ImportProblemException($"its models within models are called more than {MaxModels} times.");
        var layers = new Dictionary<string, LayerDefinition>(StringComparer.Ordinal);
        foreach (var layer in model.Layers)
        {
            if (!layers.TryAdd(layer.Name, layer))
                throw new ImportProblemException($"two layers are named '{layer.Place}'.");
        }
        var done = new Dictionary<(string Layer, int Call), int[]>();
        for (var i = 0; i < inputs.Count; i++)
        {
            if (!done.TryAdd((model.Inputs[i].Layer, 0), [inputs[i]]))
                throw new ImportProblemException($"the input '{model.Inputs[i].Layer}' is listed twice.");
        }
        foreach (var layer in model.Layers)
        {
            for (var call = 0; call < layer.Calls.Count; call++)
            {
                LayOut(layers, done, layer, call);
            }
        }
        return [.. model.Outputs.Select(output => Value(layers, done, output, model.Place)
            ?? throw new ImportProblemException($"the output '{output.Layer}' has no value."))];
    }

    /// <summary>Expands a call after everything that it reads. It does not recurse, so graphs may have any depth.</summary>
    private void LayOut(
        Dictionary<string, LayerDefinition> layers, Dictionary<(string Layer, int Call), int[]> done, LayerDefinition layer, int call)
    {
        var open = new HashSet<(string, int)>();
        var stack = new Stack<(LayerDefinition Layer, int Call)>();
        stack.Push((layer, call));
        while (stack.TryPeek(out var top))
        {
            var key = (top.Layer.Name, top.Call);
            if (done.ContainsKey(key))
            {
                stack.Pop();
                continue;
            }
            var ready = true;
            foreach (var input in top.Layer.Calls[top.Call].Inputs)
            {
                if (Value(layers, done, input, top.Layer.Place) is not null)
                    continue;
                var from = layers[input.Layer];
                if (from.Calls.Count == 0)
                    throw new ImportProblemException($"{from} is read but gets no input.");
                if (open.Contains((from.Name, CallOf(from, input))))
                    throw new ImportProblemException($"{top.Layer} reads from itself.");
                stack.Push((from, CallOf(from, input)));
                ready = false;
            }
            if (!ready)
            {
                open.Add(key);
                continue;
            }
            stack.Pop();
            int[] inputs = [.. top.Layer.Calls[top.Call].Inputs.Select(input => Value(layers, done, input, top.Layer.Place)!.Value)];
            var outputs = LayOut(top.Layer, top.Layer.Calls[top.Call], inputs);
            done.Add(key, outputs);
            _valueByPlace[top.Layer.Place] = outputs[0];
        }
    }

    private int[] LayOut(LayerDefinition layer, LayerCall call, int[] inputs)
    {
        if (inputs.Length == 0)
            throw new ImportProblemException($"{layer} has no input.");
        // Dropout that stays on, or batch statistics of the current input: results would differ between runs.
        if (call.Arguments.TryGetValue("training", out var training) && training.ValueKind == JsonValueKind.True)
            throw new ImportProblemException($"{layer} is called as in training (training=True), which is not supported.");
        if (layer.Model is { } model)
        {
            if (inputs.Length != model.Inputs.Count)
                throw new ImportProblemException($"{layer} has {model.Inputs.Count} inputs and is called with {inputs.Length}.");
            return LayOut(model, inputs);
        }
        if (layer is { ClassName: "TimeDistributed", Inner: { } inner })
        {
            var folded = Step(GraphStepKind.FoldTime, layer, call, [inputs[0]]);
            var perTime = LayOut(inner, call, [folded]);
            return [Step(GraphStepKind.UnfoldTime, layer, call, [perTime[0], inputs[0]])];
        }
        return [Step(GraphStepKind.Layer, layer, call, inputs)];
    }

    private int Step(GraphStepKind kind, LayerDefinition layer, LayerCall call, int[] inputs)
    {
        if (_steps.Count == MaxSteps)
            throw new ImportProblemException($"its graph has more than {MaxSteps} steps.");
        var output = _values++;
        _steps.Add(new GraphStep(kind, layer, call, inputs, output));
        return output;
    }

    private static int? Value(
        Dictionary<string, LayerDefinition> layers, Dictionary<(string Layer, int Call), int[]> done, TensorReference reference, string reader)
    {
        var call = 0;
        if (layers.TryGetValue(reference.Layer, out var layer))
            call = CallOf(layer, reference);
        else if (reference.Layer.Length > 0)
            throw new ImportProblemException($"'{reader}' reads from '{reference.Layer}', which is not there.");
        if (!done.TryGetValue((reference.Layer, call), out var outputs))
            return null;
        if ((uint)reference.Output >= (uint)outputs.Length)
            throw new ImportProblemException($"'{reader}' reads output {reference.Output} of '{reference.Layer}', which has {outputs.Length}; states of recurrent layers are not supported.");
        return outputs[reference.Output];
    }

    /// <summary>
    /// Index of the call that a reference means. If the layer has a single call, the number is ignored, because versions of Keras count differently.
    /// </summary>
    private static int CallOf(LayerDefinition layer, TensorReference reference)
    {
        if (layer.Calls.Count <= 1)
            return 0;
        return (uint)reference.Call < (uint)layer.Calls.Count
            ? reference.Call
            : throw new ImportProblemException($"call {reference.Call} of {layer} is not there.");
    }
}
